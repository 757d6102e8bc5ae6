#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "broker/counters.h"
#include "server/statistics.h"

namespace freshet::server {

using Tally = std::map<std::string, std::uint64_t, std::less<>>;

/// Everything that is counted by kind since the start, each kind that can come with at least a zero: rates over a first
/// increase are right, and readers see what there is to see.
struct Totals {
  Tally connections;       ///< requests for a stream, by outcome
  Tally disconnects;       ///< streams that ended, by reason
  Tally resumes;           ///< streams that opened, by result
  Tally resets;            ///< in mid-stream, by reason
  Tally records_rejected;  ///< by reason
  Tally auth_failures;     ///< by reason
  Tally control_messages;  ///< by what became of them
  Tally shed;              ///< by reason
};

Totals totals_of(const Statistics& server, const broker::Counters& hub);

}  // namespace freshet::server
