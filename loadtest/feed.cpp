#include "loadtest/feed.h"

#include <algorithm>

#include "loadtest/payload.h"

namespace freshet::loadtest {
namespace {

constexpr double kNsPerSecond = 1e9;
constexpr std::int64_t kTickNs = 1'000'000;
constexpr std::int64_t kPipelinePauseNs = 200'000;
constexpr std::int64_t kWindowPauseNs = 500'000;
constexpr std::size_t kBatch = 64;
constexpr const char* kPublishing = "publishing";

}  // namespace

Feed::Done Feed::publish_all() {
  if (options_.burst > 0) return publish_bursts();
  return options_.rate > 0 ? publish_at_rate() : publish_at_most();
}

void Feed::publish_next(std::int64_t due_ns) {
  const auto channel = plan_.channel_of_event(ledger_.events());
  ledger_.enter(plan_.readers(channel));
  publisher_.publish(channel, due_ns);
}

// Events that would be less than a tick apart leave together, at the first tick at which all of them are due: a
// thousand times a second, as backends with a pipeline do it, instead of waking for each of them.
Feed::Done Feed::publish_at_rate() {
  const auto began = now_ns();
  const bool dense = options_.rate * static_cast<double>(kTickNs) > kNsPerSecond;
  while (ledger_.events() < options_.events) {
    const auto due = static_cast<std::int64_t>(static_cast<double>(ledger_.events()) / options_.rate * kNsPerSecond);
    const auto leaves = began + (dense ? (due + kTickNs - 1) / kTickNs * kTickNs : due);
    const auto now = now_ns();
    if (now >= leaves && !publisher_.is_full()) {
      publish_next(leaves);
      continue;
    }
    const auto again = publisher_.is_full() ? now + kPipelinePauseNs : leaves;
    if (auto slept = watch_.sleep_until(kPublishing, again); !slept) return slept;
  }
  return await_deliveries();
}

Feed::Done Feed::publish_at_most() {
  while (ledger_.events() < options_.events) {
    const bool window_open = ledger_.outstanding() < options_.window;
    std::size_t left = window_open ? std::min<std::size_t>(kBatch, options_.events - ledger_.events()) : 0;
    for (; left > 0 && !publisher_.is_full(); --left) publish_next(now_ns());
    if (auto turned = watch_.turn(kPublishing); !turned) return turned;
    if (!window_open || left > 0) nap(kWindowPauseNs);
  }
  return await_deliveries();
}

Feed::Done Feed::publish_bursts() {
  while (ledger_.events() < options_.events) {
    const auto began = now_ns();
    const auto end = std::min<std::uint64_t>(ledger_.events() + options_.burst, options_.events);
    while (ledger_.events() < end) publish_next(began);
    if (auto arrived = await_deliveries(); !arrived) return arrived;
    bursts_s_.push_back(seconds_since(began));
  }
  return {};
}

Feed::Done Feed::publish_rounds(std::size_t rounds) {
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t channel = 0; channel < plan_.channels(); ++channel) {
      while (publisher_.is_full()) {
        if (auto turned = watch_.turn(kPublishing); !turned) return turned;
        if (publisher_.is_full()) nap(kPipelinePauseNs);
      }
      publisher_.publish(channel, 0);
    }
  }
  return await_answers();
}

Feed::Done Feed::await_answers() {
  const auto answered = watch_.wait(
      kPublishing, [&] { return publisher_.is_idle(); }, options_.patience);
  if (!answered) return tl::unexpected(answered.error());
  return *answered ? Done() : base::fail("publishing: no answer");
}

// Without replay, a client that churns may have missed events that nobody will bring it: then nobody being behind is
// the end.
Feed::Done Feed::await_deliveries() {
  if (auto answered = await_answers(); !answered) return answered;
  const auto all_here = [&] {
    if (ledger_.outstanding() == 0) return true;
    if (options_.churn <= 0) return false;
    const auto none = watch_.none(&WorkerState::reading_behind);
    return none && *none;
  };
  const auto waited = watch_.wait("receiving", all_here, options_.patience);
  return waited ? Done() : tl::unexpected(waited.error());
}

}  // namespace freshet::loadtest
