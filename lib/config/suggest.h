#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace freshet::config {

/// ` (did you mean x?)` with the only candidate that goes on where `name` ends (`secret`: secret_file), or the one that
/// is a slip of the fingers away from it; empty when none is.
std::string suggestion(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace freshet::config
