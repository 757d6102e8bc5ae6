#pragma once

#include <string>

#include "base/error.h"

namespace freshet::config {

/// Whether base::read_file could open it: it exists, is no directory, and its permissions let this process read it.
base::Result<void> check_readable(const std::string& path);

}  // namespace freshet::config
