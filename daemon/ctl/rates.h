#pragma once

#include <optional>
#include <vector>

#include "ctl/instance_status.h"

namespace freshet::ctl {

/// What happened between two looks at an instance.
struct Rates {
  double received_per_second = 0;
  double sent_per_second = 0;
  /// 95 % of the events were written at most so long after they were published; none: there were no samples. Infinite
  /// when that lies beyond the largest bucket.
  std::optional<double> p95_seconds;
};

/// None when the instance was started anew in between, or no time has gone by.
std::optional<Rates> rates_between(const InstanceStatus& earlier, const InstanceStatus& later, double seconds);

/// The value that a share (0 to 1) of the samples between the two does not exceed, interpolated within its bucket as
/// Prometheus does. None without samples, or when the buckets do not match.
std::optional<double> quantile_between(const std::vector<Bucket>& earlier, const std::vector<Bucket>& later,
                                       double share);

}  // namespace freshet::ctl
