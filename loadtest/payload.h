#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::loadtest {

/// What the data of an event says: `<number>:<nanoseconds>:` and filling.
struct Payload {
  std::int64_t number = 0;  ///< counts the events of a channel, from 0
  std::int64_t due_ns = 0;  ///< CLOCK_MONOTONIC; 0: its latency means nothing

  static constexpr std::size_t kLeastBytes = 40;

  /// Makes `text` the data of an event, `bytes` long.
  void write(std::string& text, std::size_t bytes) const;
  /// From the beginning of an event's data. Nothing when it is not one of ours.
  static std::optional<Payload> read(std::string_view data);
};

/// Nanoseconds on the clock that all processes of this machine share.
std::int64_t now_ns();

}  // namespace freshet::loadtest
