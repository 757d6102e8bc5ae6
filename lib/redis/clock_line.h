#pragma once

#include <string_view>

#include "base/error.h"
#include "broker/dataset_clock.h"

namespace freshet::redis {

/// What freshet_mark and freshet_sync say: `nonce|last|floor|epoch|ttl|ttl_since|ttl_before|ring|max_bytes|now|holes`.
struct ClockLine {
  std::string_view nonce;  ///< points into the line
  broker::DatasetClock clock;
};

/// Anyone who may PUBLISH can send such a line, so nothing is taken on trust: numbers out of range are errors too.
base::Result<ClockLine> parse_clock_line(std::string_view line);

}  // namespace freshet::redis
