#pragma once

#include <cstddef>
#include <string_view>

#include "base/error.h"

namespace freshet::base {

inline constexpr std::size_t kMaxChannelNameBytes = 200;

/// Nothing, if `name` is 1–200 bytes out of `A–Z a–z 0–9 _ - . : / @ ~ = + ,`; otherwise what is wrong and where.
/// freshet.lua holds publishers to the same rule.
Result<void> check_channel_name(std::string_view name);

}  // namespace freshet::base
