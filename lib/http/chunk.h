#pragma once

#include <string>
#include <string_view>

namespace freshet::http {

/// `data` as one chunk of the chunked transfer coding. Empty data gives no bytes at all: an empty chunk would end the
/// body.
std::string chunk(std::string_view data);

/// Ends a chunked body.
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace freshet::http
