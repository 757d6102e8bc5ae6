#include "loadtest/histogram.h"

#include <algorithm>
#include <cmath>

namespace freshet::loadtest {

// Values below 2 * kParts have a bucket each. Above, the leading kPartBits + 1 bits and their place make the bucket.
std::size_t Histogram::bucket_of(std::uint64_t value) {
  value = std::min(value, (std::uint64_t{1} << kValueBits) - 1);
  const auto width = static_cast<unsigned>(std::bit_width(value));
  const unsigned shift = width > kPartBits + 1 ? width - kPartBits - 1 : 0;
  return shift * kParts + (value >> shift);
}

std::uint64_t Histogram::top_of(std::size_t bucket) {
  if (bucket < 2 * kParts) return bucket;
  const auto shift = bucket / kParts - 1;
  const auto leading = bucket - shift * kParts;
  return ((leading + 1) << shift) - 1;
}

void Histogram::record(std::int64_t ns) {
  ns = std::max<std::int64_t>(ns, 0);
  ++counts_[bucket_of(static_cast<std::uint64_t>(ns))];
  ++count_;
  sum_ += ns;
  max_ = std::max(max_, ns);
}

void Histogram::add(const Histogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

std::int64_t Histogram::at(double fraction) const {
  if (count_ == 0) return 0;
  const auto rank = std::max(1.0, std::ceil(fraction * static_cast<double>(count_)));
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    below += counts_[i];
    if (static_cast<double>(below) >= rank) return std::min(static_cast<std::int64_t>(top_of(i)), max_);
  }
  return max_;
}

Histogram::Summary Histogram::summary() const {
  const auto us = [](std::int64_t ns) { return static_cast<double>(ns) / 1000; };
  const double mean = count_ == 0 ? 0 : us(sum_) / static_cast<double>(count_);
  return {count_, mean, us(at(.5)), us(at(.9)), us(at(.99)), us(at(.999)), us(max_)};
}

}  // namespace freshet::loadtest
