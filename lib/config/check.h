#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace freshet::config {

/// Something wrong between keys, or with what a value points to.
struct Finding {
  /// The key to report it at.
  std::string path;
  std::string message;
  /// The keys that it takes to be right; a finding about one that could not be read says nothing.
  std::vector<std::string_view> about;
};

/// Everything that a look at one value alone cannot find.
std::vector<Finding> check(const Config& config);

}  // namespace freshet::config
