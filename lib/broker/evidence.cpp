#include "broker/evidence.h"

#include <algorithm>
#include <utility>

namespace freshet::broker {
namespace {

/// The epoch of no life: what is claimed of it lies in a history that the dataset knows nothing of.
constexpr std::string_view kOtherHistory = "forgotten";

}  // namespace

void Evidence::delivered(Id id) { delivered_ = std::max(delivered_, id); }

void Evidence::marked(const DatasetClock& clock) {
  delivered_ = 0;  // nothing genuine lies above the mark that follows
  told_ = std::max(told_, clock.last);
  floor_ = heard_floor_ = clock.floor;
}

Evidence::Claim Evidence::claim() {
  owed_shown_ = false;
  return {told_, epoch_};
}

std::optional<Evidence::Claim> Evidence::answered(const DatasetClock& clock) {
  if (std::exchange(owed_shown_, false)) owed_.erase(owed_.begin());
  const Id seen = highest();
  const bool delivered_elsewhere = delivered_under_another(clock.floor);
  const Id delivered = std::exchange(delivered_, 0);
  const auto forgotten = std::find_if(clock.holes.begin(), clock.holes.end(),
                                      [&](const Hole& hole) { return hole.base < delivered && delivered < hole.boot; });
  const bool seen_elsewhere = !epoch_.empty() && floor_ != clock.floor && seen >= clock.floor;
  if (seen_elsewhere || delivered_elsewhere) {
    owe(seen_elsewhere ? seen : delivered, kOtherHistory);
  } else if (forgotten != clock.holes.end() || delivered > clock.last) {
    owe(delivered, forgotten == clock.holes.end() ? clock.epoch : forgotten->epoch);
  }
  epoch_ = clock.epoch;
  floor_ = clock.floor;
  told_ = std::max(seen, clock.last);
  if (owed_.empty()) return std::nullopt;
  owed_shown_ = true;
  return Claim{owed_.front().highest, owed_.front().epoch};
}

bool Evidence::agrees_with(const DatasetClock& clock) const {
  return epoch_ == clock.epoch && (floor_ == clock.floor || highest() < clock.floor) &&
         !delivered_under_another(clock.floor);
}

bool Evidence::delivered_under_another(Id floor) const {
  return heard_floor_ != 0 && heard_floor_ != floor && delivered_ >= floor;
}

Id Evidence::highest() const { return std::max(told_, delivered_); }

/// One for each life is enough, the highest.
void Evidence::owe(Id highest, std::string_view epoch) {
  const auto same = std::find_if(owed_.begin(), owed_.end(), [&](const Owed& owed) { return owed.epoch == epoch; });
  if (same == owed_.end()) {
    owed_.push_back({highest, std::string(epoch)});
  } else {
    same->highest = std::max(same->highest, highest);
  }
}

}  // namespace freshet::broker
