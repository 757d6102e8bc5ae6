#include "ctl/settings.h"

#include <map>
#include <unistd.h>
#include <utility>

#include "config/load.h"

namespace freshet::ctl {
namespace {

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace

Settings load_settings(const CommonOptions& options) {
  Settings settings;
  settings.file_was_named = !options.config_file.empty();
  settings.file = options.config_file;
  if (settings.file.empty() && access(kDefaultConfigFile, F_OK) == 0) settings.file = kDefaultConfigFile;

  config::Sources sources;
  if (!settings.file.empty()) sources.file_path = settings.file;
  sources.env = environment();
  if (!options.redis_url.empty()) {
    sources.flags.emplace_back("backplane.type", "redis");
    sources.flags.emplace_back("backplane.redis.url", options.redis_url);
  }
  auto config = config::load(sources);
  if (config) {
    settings.config = std::move(*config);
  } else {
    settings.trouble = std::move(config.error());
  }
  return settings;
}

}  // namespace freshet::ctl
