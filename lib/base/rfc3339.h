#pragma once

#include <cstdint>
#include <string>

namespace freshet::base {

/// How much of a second is told: what is below is cut off, not rounded.
enum class Precision : std::uint8_t { kMilliseconds, kMicroseconds };

/// Microseconds since 1970 as RFC 3339 says them, in UTC: `2026-11-20T12:02:41.518204Z`.
std::string rfc3339(std::uint64_t microseconds, Precision precision);

}  // namespace freshet::base
