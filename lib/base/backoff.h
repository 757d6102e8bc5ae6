#pragma once

#include "base/clock.h"
#include "base/random.h"

namespace freshet::base {

/// Full-jitter exponential backoff: each delay is uniform in [0, min(cap, first · 2ⁿ)], at least `first` wide, so that
/// many processes that lost the same server do not return together.
/// Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
class Backoff {
 public:
  Backoff(Duration first, Duration cap, std::uint64_t seed);

  /// The delay before the next try; doubles the ceiling for the one after.
  Duration next();
  /// After a success: the next delay starts over.
  void reset();

 private:
  Duration first_;
  Duration cap_;
  Duration ceiling_;
  Random random_;
};

}  // namespace freshet::base
