#include "ctl/settings.h"

#include <unistd.h>
#include <utility>

#include "config/environment.h"
#include "config/load.h"
#include "ctl/file_access.h"

namespace freshet::ctl {

bool Settings::forbidden() const { return !file.empty() && is_forbidden(file, Access::kRead); }

Settings load_settings(const CommonOptions& options) {
  Settings settings;
  settings.file_was_named = !options.config_file.empty();
  settings.file = options.config_file;
  if (settings.file.empty() && access(kDefaultConfigFile, F_OK) == 0) settings.file = kDefaultConfigFile;

  config::Sources sources;
  if (!settings.file.empty()) sources.file_path = settings.file;
  sources.env = config::read_environment();
  if (!options.redis_url.empty()) {
    sources.flags.emplace_back("backplane.type", "redis");
    sources.flags.emplace_back("backplane.redis.url", options.redis_url);
  }
  auto config = config::load(sources);
  if (config) {
    settings.config = std::move(*config);
  } else {
    for (auto& mistake : config.error()) settings.trouble.push_back({std::move(mistake.message)});
    if (settings.forbidden()) settings.trouble.front().message += " (" + who_may(settings.file, Access::kRead) + ')';
  }
  return settings;
}

}  // namespace freshet::ctl
