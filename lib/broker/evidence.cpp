#include "broker/evidence.h"

#include <algorithm>
#include <utility>

namespace freshet::broker {

void Evidence::delivered(Id id) { delivered_ = std::max(delivered_, id); }

void Evidence::marked(Id last) { told_ = std::max({told_, std::exchange(delivered_, 0), last}); }

std::optional<Evidence::Claim> Evidence::answered(const DatasetClock& clock) {
  const Id delivered = std::exchange(delivered_, 0);
  epoch_ = clock.epoch;
  told_ = std::max({told_, delivered, clock.last});
  const auto forgotten = std::find_if(clock.holes.begin(), clock.holes.end(),
                                      [&](const Hole& hole) { return hole.base < delivered && delivered < hole.boot; });
  if (forgotten == clock.holes.end() && delivered <= clock.last) return std::nullopt;
  unknown_ = forgotten == clock.holes.end() ? clock.epoch : forgotten->epoch;
  return Claim{delivered, unknown_};
}

Id Evidence::highest() const { return std::max(told_, delivered_); }

}  // namespace freshet::broker
