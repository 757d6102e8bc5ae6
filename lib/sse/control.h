#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sse/frame.h"

/// The broker's own words on a stream. Named events (`stream-…`) with JSON data, so that `onmessage` never sees them
/// and a client that ignores names can still parse them.
namespace freshet::sse {

/// What a `stream-cursor` says of the events that follow it.
enum class Resume : std::uint8_t {
  kFresh,     ///< no cursor was given; the id is the present position
  kComplete,  ///< everything after the client's own cursor follows; the id repeats that cursor
  kEarliest,  ///< everything that the rings still have follows; the id lies just below it
  kPosition,  ///< nothing happened; the id moves an idle client's cursor forward
};

/// Why completeness could not be proven.
enum class ResetReason : std::uint8_t {
  kTrimmed,      ///< the ring was too short
  kExpired,      ///< the cursor is older than the history's TTL
  kUnknownId,    ///< the id is malformed or from the future
  kHistoryLost,  ///< the dataset is younger than the cursor, or Redis forgot writes
};

std::string_view name_of(Resume resume);
std::string_view name_of(ResetReason reason);

FramePtr stream_cursor(Resume resume, std::uint64_t id);
/// `channels`: those that could not be proven complete; channel names need no escaping in JSON.
FramePtr stream_reset(ResetReason reason, const std::vector<std::string_view>& channels, std::uint64_t id);
/// The token that let the stream in ends in so many seconds, and the stream with it.
FramePtr stream_expiring(std::chrono::seconds left);
/// Sent instead of a stream to a client whose token has run out: it should come back with a new one.
FramePtr stream_unauthorized();
/// `retry: <ms>` and a blank line: how long the client waits before it reconnects.
FramePtr retry(std::chrono::milliseconds delay);
/// `:` LF, without a blank line: some clients take every blank line for an event.
FramePtr heartbeat();
/// A comment of `bytes` bytes in all, for proxies that hold back the first kilobytes.
FramePtr padding(std::size_t bytes);

/// Nothing at all, which as a chunk ends a chunked body. For chunked streams only.
FramePtr last_chunk();

}  // namespace freshet::sse
