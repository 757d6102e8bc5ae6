#include "loadtest/sequence_check.h"

namespace freshet::loadtest {
namespace {

constexpr std::int64_t kRemembered = 64;

}  // namespace

SequenceCheck::Verdict SequenceCheck::take(std::int64_t number) {
  if (number > last_) {
    skipped_ = number - last_ - 1;
    seen_ = number - last_ >= kRemembered ? 0 : seen_ << static_cast<unsigned>(number - last_);
    seen_ |= 1U;
    last_ = number;
    return skipped_ == 0 ? Verdict::kNext : Verdict::kGap;
  }
  const auto back = last_ - number;
  if (back >= kRemembered) return Verdict::kRepeated;
  const auto bit = std::uint64_t{1} << static_cast<unsigned>(back);
  if ((seen_ & bit) != 0) return Verdict::kRepeated;
  seen_ |= bit;
  return Verdict::kLate;
}

void SequenceCheck::begin_after(std::int64_t last) {
  last_ = last;
  seen_ = ~std::uint64_t{0};
}

}  // namespace freshet::loadtest
