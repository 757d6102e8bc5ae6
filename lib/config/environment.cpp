#include "config/environment.h"

#include <unistd.h>

namespace freshet::config {

std::string env_name(std::string_view key) {
  std::string name(kEnvPrefix);
  for (const char c : key) name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

std::map<std::string, std::string> read_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

bool is_service_link(std::string_view name, std::string_view value) {
  constexpr auto kNone = std::string_view::npos;
  if (name.ends_with("_SERVICE_HOST") || name.find("_SERVICE_PORT") != kNone) return true;
  if (name.ends_with("_PORT")) return value.find("://") != kNone;
  return name.find("_PORT_") != kNone && (name.find("_TCP") != kNone || name.find("_UDP") != kNone);
}

}  // namespace freshet::config
