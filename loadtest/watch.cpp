#include "loadtest/watch.h"

#include <algorithm>
#include <ctime>

#include "loadtest/payload.h"

namespace freshet::loadtest {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kAnswersEveryNs = 1'000'000;
constexpr std::int64_t kConditionEveryNs = 200'000;
constexpr std::int64_t kLookEveryNs = 100'000'000;

}  // namespace

void nap(std::int64_t ns) {
  const timespec time{.tv_sec = ns / kNsPerSecond, .tv_nsec = ns % kNsPerSecond};
  ::nanosleep(&time, nullptr);
}

double seconds_since(std::int64_t ns) { return static_cast<double>(now_ns() - ns) / 1e9; }

base::Result<bool> Watch::wait(const std::string& stage, const Condition& condition, Seconds limit) {
  auto moved_ns = now_ns();
  auto moved_to = movement();
  while (!condition()) {
    if (auto turned = turn(stage); !turned) return tl::unexpected(turned.error());
    if (const auto now_at = movement(); now_at != moved_to) {
      moved_to = now_at;
      moved_ns = now_ns();
    }
    if (seconds_since(moved_ns) > limit.count()) return false;
    nap(kConditionEveryNs);
  }
  return true;
}

Watch::Done Watch::sleep(const std::string& stage, Seconds duration) {
  return sleep_until(stage, now_ns() + static_cast<std::int64_t>(duration.count() * 1e9));
}

Watch::Done Watch::sleep_until(const std::string& stage, std::int64_t ns) {
  while (true) {
    if (auto turned = turn(stage); !turned) return turned;
    const auto left = ns - now_ns();
    if (left <= 0) return {};
    const bool answers_due = publisher_ != nullptr && !publisher_->is_idle();
    nap(std::min(left, answers_due ? kAnswersEveryNs : kLookEveryNs));
    if (now_ns() >= ns) return {};
  }
}

Watch::Done Watch::turn(const std::string& stage) {
  if (publisher_ != nullptr) {
    if (auto turned = publisher_->turn(); !turned) return turned;
  }
  if (now_ns() - looked_ns_ < kLookEveryNs) return {};
  looked_ns_ = now_ns();
  observer_.sample();
  progress_.show(line(stage));
  return crew_.check();
}

base::Result<bool> Watch::none(WorkerState::Counter WorkerState::*behind) {
  if (auto told = crew_.order(Order::kCount); !told) return tl::unexpected(told.error());
  return crew_.sum(behind) == 0;
}

std::uint64_t Watch::movement() const {
  return ledger_.settled() + crew_.sum(&WorkerState::open) + crew_.sum(&WorkerState::caught_up) +
         crew_.sum(&WorkerState::behind);
}

std::string Watch::line(const std::string& stage) const {
  std::string line = stage + ": " + std::to_string(crew_.sum(&WorkerState::open)) + " of " +
                     std::to_string(options_.connections) + " streams";
  if (ledger_.events() > 0) {
    line += ", " + std::to_string(ledger_.events()) + " of " + std::to_string(options_.events) + " events, " +
            std::to_string(crew_.sum(&WorkerState::delivered)) + " deliveries";
  }
  if (const auto outstanding = ledger_.outstanding(); outstanding > 0)
    line += ", " + std::to_string(outstanding) + " outstanding";
  if (const auto lost = crew_.sum(&WorkerState::missing); lost > 0) line += ", " + std::to_string(lost) + " missing";
  return line;
}

}  // namespace freshet::loadtest
