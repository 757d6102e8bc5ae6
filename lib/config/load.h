#pragma once

#include <functional>
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

/// Something wrong with a configuration.
struct Mistake {
  std::string message;     ///< `place: key: reason`
  bool in_a_flag = false;  ///< the command line is what is wrong, not what stands in files
};

/// A checked configuration, or everything that is wrong with it, at least one mistake.
using Loaded = tl::expected<Config, std::vector<Mistake>>;

/// Looks into the files that a configuration names, and says what is wrong there: `key: reason`, with the key's path.
using Inspection = std::function<std::vector<base::Error>(const Config& config)>;

/// Reads the file, which is at most 1 MiB, and looks whether the files that it names can be read; nothing else but what
/// `inspect` does, which is called when the values are there, also when some are wrong and are at their defaults. What
/// it says of keys that are wrong already is dropped.
Loaded load(const Sources& sources, const Inspection& inspect = {});
/// The same with the file's text given; `name` stands in the mistakes for the file.
Loaded load_text(std::string_view text, std::string_view name, const Sources& sources, const Inspection& inspect = {});

}  // namespace freshet::config
