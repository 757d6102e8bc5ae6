#include "config/substitute.h"

#include <algorithm>
#include <optional>

namespace freshet::config {
namespace {

bool is_variable_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && !is_digit(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

/// What stands between the braces of `${…}`, replaced.
base::Result<std::string> expand(std::string_view inner, const std::map<std::string, std::string>& env) {
  const auto separator = inner.find(":-");
  const auto name = inner.substr(0, separator);
  // Not quoted: it may well be part of a password that has a ${ in it.
  if (!is_variable_name(name)) return base::fail("has a ${…} that names no variable (a literal ${ is written $${)");
  std::optional<std::string> fallback;
  if (separator != std::string_view::npos) fallback = std::string(inner.substr(separator + 2));
  if (fallback && fallback->find("${") != std::string::npos) {
    return base::fail("${" + std::string(name) + ":-…} has another ${ in its default, which is not supported");
  }
  const auto found = env.find(std::string(name));
  if (found != env.end() && !(found->second.empty() && fallback)) return found->second;
  if (fallback) return *std::move(fallback);
  return base::fail("the environment variable " + std::string(name) + " is not set (${" + std::string(name) +
                    ":-default} gives it a default)");
}

}  // namespace

base::Result<std::string> substitute(std::string_view text, const std::map<std::string, std::string>& env) {
  std::string out;
  while (true) {
    const auto at = text.find("${");
    if (at == std::string_view::npos) return out.append(text);
    if (at > 0 && text[at - 1] == '$') {
      out.append(text.substr(0, at - 1)).append("${");
      text.remove_prefix(at + 2);
      continue;
    }
    out.append(text.substr(0, at));
    const auto end = text.find('}', at);
    if (end == std::string_view::npos) return base::fail("has a ${ without its } (a literal ${ is written $${)");
    auto value = expand(text.substr(at + 2, end - at - 2), env);
    if (!value) return value;
    out += *value;
    text.remove_prefix(end + 1);
  }
}

std::string escape_substitutions(std::string_view text) {
  std::string out;
  while (true) {
    const auto at = text.find("${");
    if (at == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, at)).append("$${");
    text.remove_prefix(at + 2);
  }
}

}  // namespace freshet::config
