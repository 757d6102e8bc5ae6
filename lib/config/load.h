#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "base/error.h"
#include "config/config.h"

namespace freshet::config {

/// Where a configuration comes from; later ones win: defaults, file, environment, flags.
struct Sources {
  std::optional<std::string> file_path;
  /// The process's environment. Variables whose name begins with `FRESHET_` set keys (and must name one); all of them
  /// can be used as `${VAR}` in the file.
  std::map<std::string, std::string> env;
  /// Key path and value in the order given, for example {"log.level", "debug"}. A list key is repeated, once for each
  /// item; of another key the last one counts. `dev` is known here only ({"dev", "true"}).
  std::vector<std::pair<std::string, std::string>> flags;
};

/// A checked configuration, or everything that is wrong with it: at least one error, each as `place: key: reason`.
/// Reads the file, which is at most 1 MiB, and looks whether the files that it names can be read; nothing else.
tl::expected<Config, std::vector<base::Error>> load(const Sources& sources);
/// The same with the file's text given; `name` stands in the errors for the file.
tl::expected<Config, std::vector<base::Error>> load_text(std::string_view text, std::string_view name,
                                                         const Sources& sources);

}  // namespace freshet::config
