#pragma once

#include <cstddef>
#include <string>

#include "base/error.h"

namespace freshet::base {

/// All bytes of a file or pipe, waiting for them as long as it takes; an error, in the system's words, when it cannot
/// be read or holds more than `limit_bytes`.
Result<std::string> read_file(const std::string& path, std::size_t limit_bytes);

}  // namespace freshet::base
