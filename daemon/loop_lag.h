#pragma once

#include <memory>

#include "base/clock.h"

namespace freshet {

/// How late the loop comes to its timers: the largest delay of the last seconds.
class LoopLag {
 public:
  explicit LoopLag(base::Clock& clock);

  [[nodiscard]] double seconds() const;

 private:
  void arm();

  base::Clock& clock_;
  base::Instant due_{};
  base::Instant largest_at_{};
  base::Duration largest_{};
  std::unique_ptr<base::Timer> timer_;
};

}  // namespace freshet
