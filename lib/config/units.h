#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::config {

/// `500ms`, `15s`, `10m`, `1h`, `1d`: digits and a unit, nothing else.
base::Result<std::chrono::milliseconds> parse_duration(std::string_view text);
/// In the largest unit that gives a whole number; parse_duration reads it back.
std::string format_duration(std::chrono::milliseconds value);

/// `64KiB`, `1MiB`, `1GiB`, `100B` or plain bytes. `KB` and `K` are refused: some read them as 1000.
base::Result<std::size_t> parse_size(std::string_view text);
/// In the largest unit that gives a whole number; parse_size reads it back.
std::string format_size(std::size_t bytes);

}  // namespace freshet::config
