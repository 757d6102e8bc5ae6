#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::config {

/// What channel names are made of besides ASCII letters and digits.
inline constexpr std::string_view kChannelMarks = "_-.:/@~=+,";

/// Whether `text` (empty too) holds nothing but ASCII letters, digits and the bytes of `extra`.
bool consists_of(std::string_view text, std::string_view extra);
/// A number from 1 to 65535 without leading zeros.
bool is_port(std::string_view text);
/// The error that quotes `text` and says `why` it cannot be.
tl::unexpected<base::Error> refuse(std::string_view text, std::string_view why);

}  // namespace freshet::config
