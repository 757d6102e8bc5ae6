#pragma once

#include <cstdint>

namespace freshet::loadtest {

/// Follows the numbers of one channel's events at one client: which are missing, which came twice, which came late.
class SequenceCheck {
 public:
  enum class Verdict : std::uint8_t {
    kNext,      ///< the one that was due
    kGap,       ///< some before it are missing: skipped()
    kRepeated,  ///< it has been here before, or lies more than 63 back
    kLate,      ///< out of order: it had been taken for missing
  };

  /// Judges a number and remembers it.
  Verdict take(std::int64_t number);
  /// How many numbers the last kGap left out.
  [[nodiscard]] std::int64_t skipped() const { return skipped_; }
  /// The highest number so far; -1 before the first.
  [[nodiscard]] std::int64_t last() const { return last_; }
  /// Everything up to `last` is held to have come.
  void begin_after(std::int64_t last);

 private:
  std::int64_t last_ = -1;
  std::int64_t skipped_ = 0;
  std::uint64_t seen_ = ~std::uint64_t{0};  ///< bit n: `last_ - n` has come
};

}  // namespace freshet::loadtest
