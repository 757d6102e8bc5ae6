#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace freshet::test::sim {

/// Simulated time is counted in microseconds, which here are as large as one wants: a TTL of 300, links of 1 to 12.
using Ticks = std::int64_t;

/// Random choices that replay: everything comes from the seed, nothing from addresses or hashes.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  Ticks between(Ticks low, Ticks high) {
    return low + static_cast<Ticks>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(double probability) { return static_cast<double>(engine_() % 1'000'000) < probability * 1e6; }
  template <class T>
  T pick(std::initializer_list<T> options) {
    return options.begin()[between(0, static_cast<Ticks>(options.size()) - 1)];
  }

 private:
  std::mt19937_64 engine_;
};

/// A queue of events in the order of their times, first come first served where these are equal.
class Simulation final : public base::Clock {
 public:
  explicit Simulation(std::uint64_t seed) : dice(seed), seed_(seed) {}

  [[nodiscard]] Ticks ticks() const { return now_; }
  [[nodiscard]] std::uint64_t seed() const { return seed_; }
  [[nodiscard]] std::uint64_t next_link() { return ++links_; }

  void at(Ticks delay, std::function<void()> event) {
    events_.push(
        {now_ + std::max<Ticks>(delay, 0), ++serial_, std::make_shared<std::function<void()>>(std::move(event))});
  }
  void run(Ticks until) {
    while (!events_.empty() && events_.top().at <= until) {
      const auto event = events_.top();
      events_.pop();
      now_ = event.at;
      const auto callback = std::move(*event.callback);  // a timer may be destroyed from inside its own callback
      if (callback) callback();
    }
    now_ = until;
  }

  [[nodiscard]] base::Instant now() const override { return base::Instant(base::Duration(now_)); }
  [[nodiscard]] base::Instant exact_now() const override { return now(); }
  [[nodiscard]] std::int64_t wall_us() const override { return now_; }
  [[nodiscard]] std::unique_ptr<base::Timer> after(base::Duration delay, std::function<void()> callback) override {
    auto shared = std::make_shared<std::function<void()>>(std::move(callback));
    events_.push({now_ + delay.count(), ++serial_, shared});
    return std::make_unique<Pending>(std::move(shared));
  }

  Dice dice;

 private:
  struct Event {
    Ticks at;
    std::uint64_t serial;
    std::shared_ptr<std::function<void()>> callback;
    bool operator<(const Event& other) const { return std::pair(at, serial) > std::pair(other.at, other.serial); }
  };
  class Pending final : public base::Timer {
   public:
    explicit Pending(std::shared_ptr<std::function<void()>> callback) : callback_(std::move(callback)) {}
    Pending(const Pending&) = delete;
    Pending& operator=(const Pending&) = delete;
    ~Pending() override { *callback_ = nullptr; }

   private:
    std::shared_ptr<std::function<void()>> callback_;
  };

  std::priority_queue<Event> events_;
  Ticks now_ = 0;
  std::uint64_t serial_ = 0;
  std::uint64_t links_ = 0;
  std::uint64_t seed_;
};

/// One direction of a connection: first in, first out, with random latency. Cutting it loses what is under way.
class Pipe {
 public:
  explicit Pipe(Simulation& simulation)
      : simulation_(simulation),
        dice_(simulation.seed() * 1000003 + simulation.next_link()),
        state_(std::make_shared<State>()) {}

  void send(std::function<void()> message) {
    if (state_->dead) return;
    last_ = std::max(last_, simulation_.ticks() + dice_.pick<Ticks>({1, 1, 2, 3, 5, 12}));
    simulation_.at(last_ - simulation_.ticks(), [state = state_, message = std::move(message)] {
      if (!state->dead && !state->stalled) message();
    });
  }
  void cut() { state_->dead = true; }
  void stall() { state_->stalled = true; }

 private:
  struct State {
    bool dead = false;
    bool stalled = false;
  };
  Simulation& simulation_;
  Dice dice_;
  std::shared_ptr<State> state_;
  Ticks last_ = 0;
};

}  // namespace freshet::test::sim
