#pragma once

#include <cstddef>
#include <string_view>

namespace freshet::base {

/// Bytes of the UTF-8 sequence that `text` begins with; 0 when there is no valid one (RFC 3629) or no byte at all.
std::size_t utf8_length(std::string_view text);

}  // namespace freshet::base
