#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "broker/record.h"

namespace freshet::broker {

/// A stretch of ids that a server gave out in an earlier life and may have forgotten: a cursor strictly between `base`
/// and `boot` cannot be proven.
struct Hole {
  std::string epoch;  ///< the life that ended
  Id base = 0;        ///< the last id of that life which this dataset still knows
  Id boot = 0;        ///< where the next life began
  friend bool operator==(const Hole&, const Hole&) = default;
};

/// The dataset's clock as one moment saw it. Ids, `now` and the TTLs are in microseconds.
struct DatasetClock {
  Id last = 0;   ///< the highest id given out, or the time of the last mark
  Id floor = 0;  ///< nothing at or below it can be proven; it moves only when history breaks
  std::string epoch;
  std::vector<Hole> holes;  ///< at most eight, oldest first
  std::uint64_t ttl = 0;    ///< how long a ring is kept after its last event
  Id ttl_since = 0;         ///< when the TTL changed; below it the smaller of `ttl` and `ttl_before` was promised
  std::uint64_t ttl_before = 0;
  std::uint64_t ring = 0;       ///< events kept for each channel
  std::uint64_t max_bytes = 0;  ///< of one event's data
  Id now = 0;                   ///< the server's time
  friend bool operator==(const DatasetClock&, const DatasetClock&) = default;
};

}  // namespace freshet::broker
