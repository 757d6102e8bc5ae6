#pragma once

#include <optional>

#include "broker/dataset_clock.h"
#include "sse/control.h"

/// What can be proven of completeness, as pure functions. The rules and why they hold: docs/resume.md.
namespace freshet::broker {

/// A channel is known completely above `base`; `reason` says why not below it.
struct Bound {
  Id base = 0;
  sse::ResetReason reason = sse::ResetReason::kTrimmed;
};

/// How far down a ring is complete. `oldest` is the oldest record of the uncut ring (none: the ring is empty), `now`
/// the server's time behind the read, `mark` the channel's head when the read was sent: above it the log alone counts.
Bound prove_ring(const std::optional<Record>& oldest, Id now, Id mark, const DatasetClock& clock);

/// Why nothing can be proven from `cursor` on, whatever the rings hold; none if it is a cursor of this history.
/// `mark` is the present position.
std::optional<sse::ResetReason> refuse_cursor(Id cursor, Id mark, const DatasetClock& clock);

}  // namespace freshet::broker
