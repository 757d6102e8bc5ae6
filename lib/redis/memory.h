#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::redis {

/// How full a server is, and what it does when it is full.
struct Memory {
  std::uint64_t used_bytes = 0;   ///< of what is held against the limit: buffers of replicas and of the AOF are not
  std::uint64_t limit_bytes = 0;  ///< maxmemory; 0: none
  std::string eviction_policy;    ///< maxmemory-policy; empty when the server does not tell

  /// Whether it takes histories away to make room.
  [[nodiscard]] bool evicts() const { return !eviction_policy.empty() && eviction_policy != "noeviction"; }
  /// Of the limit; 0 without one.
  [[nodiscard]] double percent() const;
};

/// In percent of the limit. From the first on somebody has time to make room. From the second on it is as good as full:
/// buffers that come and go take the rest. The alerts FreshetRedisNearlyFull and FreshetRedisFull have the same.
constexpr double kNearlyFullPercent = 80;
constexpr double kFullPercent = 95;

/// From the reply to INFO memory. None: it does not say how much is used.
std::optional<Memory> parse_memory(std::string_view info);

}  // namespace freshet::redis
