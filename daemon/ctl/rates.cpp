#include "ctl/rates.h"

#include <cmath>
#include <limits>

namespace freshet::ctl {

std::optional<double> quantile_between(const std::vector<Bucket>& earlier, const std::vector<Bucket>& later,
                                       double share) {
  if (later.empty() || earlier.size() != later.size()) return std::nullopt;
  const auto samples = [&](std::size_t i) { return later[i].count - earlier[i].count; };
  const auto all = samples(later.size() - 1);
  if (!(all > 0)) return std::nullopt;
  const auto rank = share * all;
  double below = 0;
  double lower = 0;
  for (std::size_t i = 0; i < later.size(); ++i) {
    const auto upper = later[i].bound;
    if (samples(i) < rank) {
      below = samples(i);
      lower = upper;
      continue;
    }
    if (std::isinf(upper)) return upper;
    const auto inside = samples(i) - below;
    return inside > 0 ? lower + (upper - lower) * (rank - below) / inside : upper;
  }
  return std::numeric_limits<double>::infinity();
}

std::optional<Rates> rates_between(const InstanceStatus& earlier, const InstanceStatus& later, double seconds) {
  const bool same = earlier.pid == later.pid && earlier.started_at == later.started_at;
  if (!same || !(seconds > 0)) return std::nullopt;
  return Rates{(later.events_received - earlier.events_received) / seconds,
               (later.events_sent - earlier.events_sent) / seconds,
               quantile_between(earlier.publish_to_write, later.publish_to_write, 0.95)};
}

}  // namespace freshet::ctl
