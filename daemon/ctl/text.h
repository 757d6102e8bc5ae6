#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace freshet::ctl {

/// `text` for one line of a terminal: control bytes and what is not UTF-8 as \n, \t or \xNN, and "…" in place of what
/// is beyond `limit` bytes (0: no limit). Nothing in it can move the cursor or change colours.
std::string one_line(std::string_view text, std::size_t limit = 0);
/// Microseconds since 1970 in RFC 3339, UTC: `2026-11-20T12:02:41.518204Z`.
std::string rfc3339(std::uint64_t microseconds);

}  // namespace freshet::ctl
