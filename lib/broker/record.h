#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::broker {

/// Microseconds of the dataset's hybrid clock: one strictly rising sequence for all channels. 0 is no id.
using Id = std::uint64_t;

inline constexpr std::size_t kMaxEventNameBytes = 128;
/// Ids beyond this are not exact in the numbers of Lua and JavaScript; nobody issues them.
inline constexpr Id kMaxId = (Id{1} << 53U) - 1;

/// Nothing, if `name` may name a published event: up to 128 bytes without CR, LF, NUL or `|`, and not the broker's own
/// (`stream-…`). Empty is unnamed.
base::Result<void> check_event_name(std::string_view name);

/// One event as it stands in a ring and travels on pub/sub, the same bytes in both places:
/// `0x1E` `1|<id>|<prev>|<event>` LF `<data>`. The views point into the bytes that were decoded.
struct Record {
  Id id = 0;    ///< 0: live-only
  Id prev = 0;  ///< the channel's previous id, 0 if its ring was empty
  std::string_view event;
  std::string_view data;
};

/// Whether a pub/sub message claims to be a record; one that does not is a bare PUBLISH: live-only, unnamed.
inline bool is_record(std::string_view message) { return !message.empty() && message.front() == '\x1e'; }

/// The error is a single word for the metric: `version`, `malformed` or `event-name`.
base::Result<Record> decode_record(std::string_view bytes);
/// Whether it is a record, but one that only a newer version can read: an event, as far as anyone here knows.
bool is_of_other_version(const base::Result<Record>& decoded);
std::string encode_record(const Record& record);

}  // namespace freshet::broker
