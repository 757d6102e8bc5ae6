#include "base/backoff.h"

#include <algorithm>

namespace freshet::base {

Backoff::Backoff(Duration first, Duration cap, std::uint64_t seed)
    : first_(first), cap_(cap), ceiling_(first), random_(seed) {}

Duration Backoff::next() {
  const Duration delay{random_.between<std::int64_t>(0, ceiling_.count())};
  ceiling_ = std::min(cap_, ceiling_ * 2);
  return delay;
}

void Backoff::reset() { ceiling_ = first_; }

}  // namespace freshet::base
