#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace freshet::base {

/// Percent-encoding (RFC 3986): every byte but ASCII letters, digits, `-._~` and those of `also_plain` as %XX.
std::string percent_encode(std::string_view text, std::string_view also_plain = {});
/// What percent_encode was given, in either case of its digits; or where the first `%` stands that two hexadecimal
/// digits do not follow. `+` is itself.
tl::expected<std::string, std::size_t> percent_decode(std::string_view text);

}  // namespace freshet::base
