#include "ctl/watch_rules.h"

#include <algorithm>

namespace freshet::ctl {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kRetry{3000};
constexpr milliseconds kShortest{50};
constexpr milliseconds kLongestDoubled{30'000};
constexpr unsigned kMostDoublings = 10;

}  // namespace

StreamAnswer judge_answer(const HttpHead& head, bool was_open) {
  if (head.status == 200 && head.media_type() == "text/event-stream") return StreamAnswer::kStream;
  return head.unavailable() && was_open ? StreamAnswer::kComeBack : StreamAnswer::kFinal;
}

milliseconds Comeback::delay(std::optional<milliseconds> retry) {
  auto wanted = std::max(retry.value_or(kRetry), kShortest);
  // What the server asks for is never shortened, however long.
  for (unsigned i = 0; i < std::min(failures_, kMostDoublings) && wanted < kLongestDoubled; ++i) wanted *= 2;
  if (failures_ > 0) wanted = std::max(std::min(wanted, kLongestDoubled), retry.value_or(kRetry));
  ++failures_;
  return milliseconds(random_.between(wanted.count(), wanted.count() + wanted.count() / 5));
}

}  // namespace freshet::ctl
