#pragma once

#include <cstddef>
#include <string>

#include "base/error.h"

namespace freshet::config {

/// All bytes of a file or pipe; an error, in the system's words, when it cannot be read or holds more than `limit`.
base::Result<std::string> read_file(const std::string& path, std::size_t limit_bytes);
/// Whether read_file could open it: it exists, is no directory, and its permissions let this process read it.
base::Result<void> check_readable(const std::string& path);

}  // namespace freshet::config
