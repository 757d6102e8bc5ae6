#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/error.h"
#include "config/config.h"

namespace freshet::ctl {

/// Where the daemons' configuration is looked for unless it is named.
inline constexpr const char* kDefaultConfigFile = "/etc/freshet/freshet.yaml";

/// What every command may be told.
struct CommonOptions {
  std::string config_file;  ///< empty: the default one, if it is there
  std::string redis_url;    ///< wins over the file; empty: not given
  bool json = false;
};

/// The daemons' configuration as this program found it.
struct Settings {
  config::Config config;             ///< the defaults where there is trouble
  std::string file;                  ///< empty: there is none
  std::vector<base::Error> trouble;  ///< why the file does not count
  bool file_was_named = false;

  [[nodiscard]] bool usable() const { return trouble.empty(); }
  /// Whether the file's rights keep this user out.
  [[nodiscard]] bool forbidden() const;
};

/// Reads the file, the environment and the options, as the daemon does.
Settings load_settings(const CommonOptions& options);

}  // namespace freshet::ctl
