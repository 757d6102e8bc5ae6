#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace freshet::auth {

/// The bytes that unpadded base64url (RFC 7515 §2) stands for. Each byte string has one spelling: padding, spaces, the
/// other base64 alphabet, impossible lengths and set bits after the end are refused.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace freshet::auth
