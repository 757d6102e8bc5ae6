#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::config {

/// `text` with `${VAR}` and `${VAR:-default}` replaced out of `env`; the default also stands in for an empty variable,
/// as in a shell. `$${` is a literal `${`; any other `$` is itself. What was put in is not looked at again. A variable
/// that is not set and has no default is an error.
base::Result<std::string> substitute(std::string_view text, const std::map<std::string, std::string>& env);

/// The text that substitute turns into `text`.
std::string escape_substitutions(std::string_view text);

}  // namespace freshet::config
