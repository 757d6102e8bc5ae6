#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "base/clock.h"

namespace freshet::test {

/// A clock that stands still until a test moves it. Timers fire inside `advance` and `run_pending` only, in the order
/// of their times, first come first served where these are equal. Owned by the test; outlives its timers.
class ManualClock : public base::Clock {
 public:
  [[nodiscard]] base::Instant now() const override { return now_; }
  [[nodiscard]] base::Instant exact_now() const override { return now_ + within_turn_; }
  [[nodiscard]] std::int64_t wall_us() const override { return wall_us_; }
  [[nodiscard]] std::unique_ptr<base::Timer> after(base::Duration delay, std::function<void()> callback) override {
    const Key key{now_ + std::max(delay, base::Duration::zero()), next_number_++};
    timers_.emplace(key, std::move(callback));
    return std::make_unique<ManualTimer>(*this, key);
  }

  /// Moves time (the wall's too) forward, stopping at each timer on the way to fire it, also at those that a callback
  /// starts within the span.
  void advance(base::Duration span) {
    const base::Instant end = now_ + span;
    while (!timers_.empty() && timers_.begin()->first.first <= end) {
      move_to(std::max(now_, timers_.begin()->first.first));
      fire_first();
    }
    move_to(end);
  }

  /// Time that passes within a turn: `exact_now` alone moves on.
  void linger(base::Duration span) { within_turn_ += span; }

  /// One turn of a loop in which no time passes: fires what is due now, but not what these callbacks start.
  void run_pending() {
    const std::uint64_t limit = next_number_;
    for (auto due = first_due(limit); due != timers_.end(); due = first_due(limit)) fire(due);
  }

  /// Makes the wall clock jump. Running timers do not notice.
  void set_wall_us(std::int64_t wall_us) { wall_us_ = wall_us; }
  /// How many timers are running.
  [[nodiscard]] std::size_t running() const { return timers_.size(); }

 private:
  using Key = std::pair<base::Instant, std::uint64_t>;
  using Timers = std::map<Key, std::function<void()>>;

  class ManualTimer final : public base::Timer {
   public:
    ManualTimer(ManualClock& clock, Key key) : clock_(clock), key_(key) {}
    ManualTimer(const ManualTimer&) = delete;
    ManualTimer& operator=(const ManualTimer&) = delete;
    ~ManualTimer() override { clock_.timers_.erase(key_); }

   private:
    ManualClock& clock_;
    Key key_;
  };

  void move_to(base::Instant instant) {
    wall_us_ += (instant - now_).count();
    now_ = instant;
  }
  [[nodiscard]] Timers::iterator first_due(std::uint64_t limit) {
    return std::find_if(timers_.begin(), timers_.end(),
                        [&](const auto& timer) { return timer.first.first <= now_ && timer.first.second < limit; });
  }
  void fire_first() { fire(timers_.begin()); }
  void fire(Timers::iterator timer) {
    const auto callback = std::move(timer->second);
    timers_.erase(timer);
    callback();
  }

  Timers timers_;
  std::uint64_t next_number_ = 0;
  base::Instant now_{std::chrono::hours(1)};
  base::Duration within_turn_{};
  std::int64_t wall_us_ = 1'700'000'000'000'000;
};

}  // namespace freshet::test
