#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace freshet::config {

/// YAML that states every key with its value, passwords as `***`. Loading it gives `config` again, except for
/// passwords and for `dev`, which is no key of the file.
std::string print(const Config& config);

/// The paths of the keys whose values differ, in the order of the file.
std::vector<std::string> changed_keys(const Config& a, const Config& b);
/// Whether a running daemon takes a new value of `key` at SIGHUP. False for unknown keys.
bool is_reloadable(std::string_view key);
/// Gives `running` the values of all reloadable keys of `loaded`.
void take_reloadable(Config& running, const Config& loaded);

/// The paths of all keys, in the order of the file.
std::vector<std::string> key_paths();

}  // namespace freshet::config
