#pragma once

#include <string_view>

namespace freshet::base {

/// Whether `text` matches `pattern` as a whole: `*` is any run of bytes, `?` one byte, nothing else is special.
/// Linear in `text` for each `*` (greedy with one remembered retry point), no recursion, no allocation.
bool glob_match(std::string_view pattern, std::string_view text);

}  // namespace freshet::base
