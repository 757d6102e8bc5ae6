#include "config/print.h"

#include "base/text.h"
#include "config/keys.h"
#include "config/substitute.h"

namespace freshet::config {
namespace {

std::string quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : escape_substitutions(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string yaml_value(const Key& key, const std::vector<std::string>& items) {
  const auto item = [&](std::size_t i) { return key.quoted ? quote(items[i]) : items[i]; };
  if (key.shape == Shape::kScalar) return item(0);
  std::string out = "[";
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ", ";
    out += item(i);
  }
  return out + ']';
}

}  // namespace

std::string print(const Config& config) {
  std::string out;
  std::vector<std::string_view> open;
  for (const auto& key : keys()) {
    auto sections = base::split(key.path, '.');
    const auto name = sections.back();
    sections.pop_back();
    std::size_t depth = 0;
    while (depth < open.size() && depth < sections.size() && open[depth] == sections[depth]) ++depth;
    for (; depth < sections.size(); ++depth) {
      out.append(2 * depth, ' ').append(sections[depth]).append(":\n");
    }
    out.append(2 * depth, ' ').append(name).append(": ");
    out.append(yaml_value(key, key.get(config, Secrets::kHidden))).append("\n");
    open = std::move(sections);
  }
  return out;
}

std::vector<std::string> changed_keys(const Config& a, const Config& b) {
  std::vector<std::string> changed;
  for (const auto& key : keys()) {
    if (key.get(a, Secrets::kShown) != key.get(b, Secrets::kShown)) changed.emplace_back(key.path);
  }
  return changed;
}

bool is_reloadable(std::string_view key) {
  const auto* found = find_key(key);
  return found != nullptr && found->reloadable;
}

void take_reloadable(Config& running, const Config& loaded) {
  for (const auto& key : keys()) {
    if (key.reloadable) key.copy(running, loaded);
  }
}

std::vector<std::string> key_paths() {
  std::vector<std::string> paths;
  for (const auto& key : keys()) paths.emplace_back(key.path);
  return paths;
}

}  // namespace freshet::config
