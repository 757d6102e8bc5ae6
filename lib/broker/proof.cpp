#include "broker/proof.h"

#include <algorithm>

namespace freshet::broker {
namespace {

Id minus(Id at, std::uint64_t span) { return at > span ? at - span : 0; }

}  // namespace

Bound prove_ring(const std::optional<Record>& oldest, Id now, Id mark, const DatasetClock& clock) {
  Bound bound;
  if (oldest && oldest->prev != 0) {
    bound = {oldest->prev, sse::ResetReason::kTrimmed};
  } else {
    // Nothing older was there when the oldest came (or there is nothing at all): an event before it must have lived
    // for a TTL, so none can have been younger than that. Where the TTL has changed, the shorter promise counts.
    const Id at = oldest ? oldest->id : now;
    Id low = minus(at, clock.ttl);
    if (low < clock.ttl_since) low = std::min(clock.ttl_since, minus(at, std::min(clock.ttl, clock.ttl_before)));
    bound = {low, sse::ResetReason::kExpired};
  }
  if (clock.floor > bound.base) bound = {clock.floor, sse::ResetReason::kHistoryLost};
  bound.base = std::min(bound.base, mark);
  return bound;
}

std::optional<sse::ResetReason> refuse_cursor(Id cursor, Id mark, const DatasetClock& clock) {
  if (cursor > mark) return sse::ResetReason::kUnknownId;
  if (cursor < clock.floor) return sse::ResetReason::kHistoryLost;
  for (const auto& hole : clock.holes) {
    if (hole.base < cursor && cursor < hole.boot) return sse::ResetReason::kHistoryLost;
  }
  return std::nullopt;
}

}  // namespace freshet::broker
