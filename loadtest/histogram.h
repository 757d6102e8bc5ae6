#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace freshet::loadtest {

/// Counts of nanoseconds in log-linear buckets, as in Gil Tene's HdrHistogram: every power of two is cut into 128 equal
/// parts, so a value is known to 1/128, whatever its size, up to 18 minutes (more counts as that). Debian packages no C
/// or C++ library of it. This one has no pointers and allocates nothing, so it can lie in memory that processes share,
/// and recording costs a few instructions.
class Histogram {
 public:
  struct Summary {
    std::uint64_t count = 0;
    double mean_us = 0;
    double p50_us = 0;
    double p90_us = 0;
    double p99_us = 0;
    double p999_us = 0;
    double max_us = 0;
  };

  /// Negative values count as 0.
  void record(std::int64_t ns);
  void add(const Histogram& other);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// The value that `fraction` of all lie at or below, at most 1/128 too high and never above the largest; 0 without
  /// values.
  [[nodiscard]] std::int64_t at(double fraction) const;
  [[nodiscard]] Summary summary() const;

 private:
  static constexpr unsigned kPartBits = 7;
  static constexpr std::uint64_t kParts = 1U << kPartBits;
  static constexpr unsigned kValueBits = 40;

  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t top_of(std::size_t bucket);

  std::array<std::uint64_t, (kValueBits - kPartBits + 1) * kParts> counts_{};
  std::uint64_t count_ = 0;
  std::int64_t sum_ = 0;
  std::int64_t max_ = 0;
};

}  // namespace freshet::loadtest
