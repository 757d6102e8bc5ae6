#pragma once

#include <cstdint>
#include <random>

namespace freshet::base {

/// Where jitter comes from. Seeded by whoever owns it, so that a test replays. Not for secrets.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// Uniform in [low, high]; low when the range is empty.
  template <class T>
  T between(T low, T high) {
    if (high <= low) return low;
    return static_cast<T>(std::uniform_int_distribution<std::int64_t>(static_cast<std::int64_t>(low),
                                                                      static_cast<std::int64_t>(high))(engine_));
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace freshet::base
