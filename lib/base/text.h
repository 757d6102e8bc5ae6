#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::base {

/// A decimal number made of digits only, without sign, space or leading `+`; none when empty or over 64 bits.
std::optional<std::uint64_t> parse_decimal(std::string_view text);
/// The value of a hexadecimal digit, in either case.
std::optional<unsigned> hex_value(char digit);
/// ASCII letters only; the bytes of a locale never matter here.
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
/// Without the spaces and tabs at both ends.
std::string_view trim(std::string_view text);
/// The pieces between separators, empty ones included.
std::vector<std::string_view> split(std::string_view text, char separator);
/// For logs and error messages: control bytes, quotes and non-ASCII as \xNN, cut after `limit` bytes with "…".
std::string printable(std::string_view text, std::size_t limit = 200);

}  // namespace freshet::base
