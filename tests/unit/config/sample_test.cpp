#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>
#include <string>

#include "base/random.h"
#include "base/text.h"
#include "config/document.h"
#include "config/environment.h"
#include "config/load.h"
#include "config/print.h"

namespace {

using freshet::config::Config;
using freshet::config::load_text;

std::string read(const std::string& path) {
  std::ifstream file(FRESHET_SOURCE_DIR "/" + path, std::ios::binary);
  INFO(path);
  REQUIRE(file);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool has_key(const freshet::config::YamlNode& root, const std::string& path) {
  const auto* node = &root;
  for (const auto name : freshet::base::split(path, '.')) {
    const auto at = std::find(node->names.begin(), node->names.end(), name);
    if (at == node->names.end()) return false;
    node = &node->children[static_cast<std::size_t>(at - node->names.begin())];
  }
  return true;
}

/// What the row of `key` in the documentation's tables says in `column`, counted from 0.
std::string documented(const std::string& docs, const std::string& key, std::size_t column) {
  const auto at = docs.find("\n| `" + key + "` |");
  if (at == std::string::npos) return "(not documented)";
  const auto row = std::string_view(docs).substr(at + 1, docs.find('\n', at + 1) - at - 1);
  const auto cells = freshet::base::split(row, '|');
  return cells.size() > column + 1 ? std::string(freshet::base::trim(cells[column + 1])) : "(no such column)";
}

/// The default of a key as its line in the printed defaults shows it.
std::string printed_default(const std::string& key) {
  const auto document = freshet::config::read_document(print(Config{}));
  const auto* node = &document.root;
  for (const auto name : freshet::base::split(key, '.')) {
    const auto at = std::find(node->names.begin(), node->names.end(), name);
    node = &node->children[static_cast<std::size_t>(at - node->names.begin())];
  }
  if (node->kind != freshet::config::YamlNode::Kind::kList)
    return node->text.empty() ? "`\"\"`" : '`' + node->text + '`';
  std::string out = "`[";
  for (const auto& item : node->children) out += (out.size() > 2 ? ", \"" : "\"") + item.text + '"';
  return out + "]`";
}

}  // namespace

TEST_CASE("the sample file states every key with its default") {
  const auto text = read("config/freshet.yaml");
  const auto config = load_text(text, "config/freshet.yaml", {});
  REQUIRE(config);
  CHECK(*config == Config{});
  const auto document = freshet::config::read_document(text);
  for (const auto& path : freshet::config::key_paths()) {
    INFO(path);
    CHECK(has_key(document.root, path));
  }
}

TEST_CASE("the documentation has a row for every key, with its default and whether it can be reloaded") {
  const auto docs = read("docs/configuration.md");
  for (const auto& path : freshet::config::key_paths()) {
    INFO(path);
    CHECK(documented(docs, path, 1) == printed_default(path));
    CHECK(documented(docs, path, 3) == (freshet::config::is_reloadable(path) ? "reload" : "restart"));
  }
}

TEST_CASE("a mangled sample is either a configuration or told to be wrong") {
  const auto sample = read("config/freshet.yaml");
  using namespace std::string_view_literals;
  const auto alphabet = "\n\n  \t:-[]{}\"'#&*!|>%@`,?~\\$0123abc\0\x7f\xff\xc3\xa9"sv;
  freshet::base::Random random(20240607);
  int wrong = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string text = sample;
    const auto edits = random.between(1, 6);
    for (int edit = 0; edit < edits && !text.empty(); ++edit) {
      const auto at = random.between(std::size_t{0}, text.size() - 1);
      const auto length = random.between(std::size_t{1}, std::size_t{40});
      switch (random.between(0, 4)) {
        case 0:
          text[at] = alphabet[random.between(std::size_t{0}, alphabet.size() - 1)];
          break;
        case 1:
          text.insert(at, 1, alphabet[random.between(std::size_t{0}, alphabet.size() - 1)]);
          break;
        case 2:
          text.erase(at, length);
          break;
        case 3:
          text.insert(at, text.substr(random.between(std::size_t{0}, text.size() - 1), length));
          break;
        default:
          text.resize(at + 1);
          break;
      }
    }
    const auto config = load_text(text, "mangled", {});
    if (config) continue;
    ++wrong;
    REQUIRE_FALSE(config.error().empty());
    for (const auto& error : config.error()) REQUIRE_FALSE(error.message.empty());
  }
  CHECK(wrong > 200);
  CHECK(wrong < 2000);
}
