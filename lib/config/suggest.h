#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace freshet::config {

/// ` (did you mean x?)` with the candidate that is a slip of the fingers away from `name`; empty when none is.
std::string suggestion(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace freshet::config
