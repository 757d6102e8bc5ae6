#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "broker/channel_log.h"

namespace freshet::broker {

class Subscription;

/// A channel that this process is subscribed to, owned by the hub. One SUBSCRIBE belongs to one Channel object: it is
/// unsubscribed only when confirmed, and forgotten with that, so that a late confirmation can never count for a newer
/// subscription.
struct Channel {
  /// A stream on this channel and the place of this channel in the stream's list.
  struct Member {
    Subscription* subscription = nullptr;
    std::uint32_t place = 0;
  };

  std::string_view name;  ///< owned by the hub's map
  std::vector<Member> members;
  ChannelLog log;
  Id head = 0;                    ///< the newest id that is in or below the log
  Id read_mark = 0;               ///< the head when the ring read in flight was sent
  std::uint64_t read_serial = 0;  ///< of the ring read in flight; 0: none was sent
  std::uint64_t stamp = 0;        ///< marks above it cover this channel
  base::Instant idle_since{};
  std::uint32_t opening = 0;  ///< streams that are reading: the log must not be trimmed
  std::uint32_t paused = 0;   ///< streams between two pages: better not trimmed
  std::uint32_t slot = 0;     ///< in the hub's list of channels
  bool confirmed = false;
  bool marked = false;   ///< the log has begun
  bool reading = false;  ///< a ring read is queued or in flight
  bool idle = false;     ///< in the hub's list of channels without streams
};

}  // namespace freshet::broker
