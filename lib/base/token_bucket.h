#pragma once

#include <algorithm>

#include "base/clock.h"

namespace freshet::base {

/// Lets through so many a second on average, and `burst` at once after a quiet time.
class TokenBucket {
 public:
  /// Whether one more may pass now. A rate of 0 is no limit. Rate and burst may change from call to call.
  bool take(Instant now, double rate, double burst) {
    if (rate <= 0) return true;
    const double seconds = std::chrono::duration<double>(now - last_).count();
    tokens_ = std::min(burst, began_ ? tokens_ + seconds * rate : burst);
    last_ = now;
    began_ = true;
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  double tokens_ = 0;
  Instant last_{};
  bool began_ = false;
};

}  // namespace freshet::base
