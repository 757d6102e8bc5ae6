#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::server {

inline constexpr std::size_t kMaxControlBytes = 4096;
inline constexpr std::chrono::hours kLongestBar{365 * 24};

/// Ends streams on every instance: those of a user, or all that carry a channel.
struct Disconnect {
  enum class Target : std::uint8_t { kUser, kChannel };
  Target target = Target::kUser;
  std::string name{};
  /// Users only: for so long, tokens issued until now are refused.
  std::optional<std::chrono::seconds> bar_for{};

  friend bool operator==(const Disconnect&, const Disconnect&) = default;
};

/// Reads `{"disconnect":{"user":"42","for":"10m"}}` or `{"disconnect":{"channel":"news"}}`. Anything else, a member too
/// many or given twice included, is an error that says why.
base::Result<Disconnect> parse_control(std::string_view message);
/// What parse_control reads back. An error when the name breaks the rules of its kind or is not UTF-8.
base::Result<std::string> encode_control(const Disconnect& disconnect);

/// How long a bar lasts: `90s`, `10m`, `1h`, `1d` or a number of seconds, from 1 s to kLongestBar.
base::Result<std::chrono::seconds> parse_bar_duration(std::string_view text);

}  // namespace freshet::server
