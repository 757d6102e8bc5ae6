#include "base/timing_wheel.h"

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/manual_clock.h"

using namespace std::chrono_literals;
using freshet::base::Duration;
using freshet::base::TimingWheel;
using freshet::test::ManualClock;

namespace {

class Alarm final : public TimingWheel::Node {
 public:
  explicit Alarm(std::function<void()> callback) : callback_(std::move(callback)) {}

 private:
  void on_due() override {
    const auto callback = callback_;
    callback();
  }

  std::function<void()> callback_;
};

struct Fixture {
  ManualClock clock;
  TimingWheel wheel{clock, 250ms, 8};
};

}  // namespace

TEST_CASE("A deadline is met at the first tick at or after it, and only once") {
  Fixture f;
  int fired = 0;
  Alarm alarm([&] { ++fired; });
  const auto delay = GENERATE(as<Duration>(), 1us, 100ms, 250ms, 251ms, 600ms, 1750ms, 2000ms, 2001ms, 60'000ms);
  const auto offset = GENERATE(as<Duration>(), 0ms, 1ms, 249ms);
  f.clock.advance(offset);
  f.wheel.schedule(alarm, delay);
  f.clock.advance(delay - 1us);
  CHECK(fired == 0);
  f.clock.advance(250ms);
  CHECK(fired == 1);
  CHECK_FALSE(alarm.scheduled());
  f.clock.advance(10s);
  CHECK(fired == 1);
}

TEST_CASE("Delays of zero and less are due at the next tick, never inside schedule") {
  Fixture f;
  int fired = 0;
  Alarm now([&] { ++fired; });
  Alarm past([&] { ++fired; });
  f.wheel.schedule(now, 0ms);
  f.wheel.schedule(past, -5s);
  CHECK(fired == 0);
  f.clock.advance(250ms);
  CHECK(fired == 2);
}

TEST_CASE("The longest of delays does not overflow") {
  Fixture f;
  Alarm never([] { FAIL("due"); });
  f.wheel.schedule(never, Duration::max());
  f.clock.advance(10min);
  CHECK(never.scheduled());
}

TEST_CASE("Scheduling again forgets the earlier deadline") {
  Fixture f;
  int fired = 0;
  Alarm alarm([&] { ++fired; });
  f.wheel.schedule(alarm, 500ms);
  f.wheel.schedule(alarm, 3s);
  CHECK(f.wheel.size() == 1);
  f.clock.advance(2s);
  CHECK(fired == 0);
  f.clock.advance(1s);
  CHECK(fired == 1);
}

TEST_CASE("A node can move to another wheel") {
  Fixture f;
  TimingWheel other(f.clock, 100ms, 4);
  int fired = 0;
  Alarm alarm([&] { ++fired; });
  f.wheel.schedule(alarm, 500ms);
  other.schedule(alarm, 100ms);
  CHECK(f.wheel.size() == 0);
  f.clock.advance(5s);
  CHECK(fired == 1);
}

TEST_CASE("A cancelled or destroyed node is not called") {
  Fixture f;
  Alarm cancelled([] { FAIL("cancelled"); });
  auto destroyed = std::make_unique<Alarm>([] { FAIL("destroyed"); });
  f.wheel.schedule(cancelled, 500ms);
  f.wheel.schedule(*destroyed, 500ms);
  f.wheel.cancel(cancelled);
  f.wheel.cancel(cancelled);
  destroyed.reset();
  CHECK(f.wheel.size() == 0);
  f.clock.advance(5s);
}

TEST_CASE("The timer runs only while something is scheduled") {
  Fixture f;
  CHECK(f.clock.running() == 0);
  Alarm alarm([] {});
  f.wheel.schedule(alarm, 1s);
  CHECK(f.clock.running() == 1);
  f.wheel.cancel(alarm);
  CHECK(f.clock.running() == 0);
  f.clock.advance(77s);
  f.wheel.schedule(alarm, 1s);
  f.clock.advance(999ms);
  CHECK(alarm.scheduled());
  f.clock.advance(251ms);
  CHECK_FALSE(alarm.scheduled());
  CHECK(f.clock.running() == 0);
}

TEST_CASE("A node that is due may schedule itself again") {
  Fixture f;
  int fired = 0;
  Alarm alarm([&] {
    if (++fired < 4) f.wheel.schedule(alarm, fired == 2 ? 0ms : 2s);
  });
  f.wheel.schedule(alarm, 2s);
  f.clock.advance(20s);
  CHECK(fired == 4);
  CHECK(f.clock.running() == 0);
}

TEST_CASE("A node that is due may destroy itself and others of its slot") {
  Fixture f;
  std::vector<std::string> calls;
  std::unique_ptr<Alarm> first;
  std::unique_ptr<Alarm> second;
  std::unique_ptr<Alarm> third;
  first = std::make_unique<Alarm>([&] {
    calls.emplace_back("first");
    first.reset();
    second.reset();
  });
  second = std::make_unique<Alarm>([&] { calls.emplace_back("second"); });
  third = std::make_unique<Alarm>([&] { calls.emplace_back("third"); });
  for (auto* alarm : {first.get(), second.get(), third.get()}) f.wheel.schedule(*alarm, 300ms);
  f.clock.advance(500ms);
  CHECK(calls == std::vector<std::string>{"first", "third"});
  CHECK(f.wheel.size() == 0);
}

TEST_CASE("A node that is due may cancel the last other one and start anew") {
  Fixture f;
  int fired = 0;
  Alarm other([] { FAIL("cancelled"); });
  Alarm again([&] { ++fired; });
  Alarm alarm([&] {
    f.wheel.cancel(other);
    f.wheel.schedule(again, 250ms);
  });
  f.wheel.schedule(alarm, 250ms);
  f.wheel.schedule(other, 250ms);
  f.clock.advance(250ms);
  CHECK(fired == 0);
  f.clock.advance(250ms);
  CHECK(fired == 1);
  CHECK(f.clock.running() == 0);
}

TEST_CASE("Nodes that share a slot in different rounds are told apart") {
  Fixture f;
  std::vector<int> order;
  Alarm far([&] { order.push_back(2); });
  Alarm near([&] { order.push_back(1); });
  f.wheel.schedule(far, 2250ms);
  f.wheel.schedule(near, 250ms);
  f.clock.advance(250ms);
  CHECK(order == std::vector<int>{1});
  f.clock.advance(1999ms);
  CHECK(order == std::vector<int>{1});
  f.clock.advance(1ms);
  CHECK(order == std::vector<int>{1, 2});
}

namespace {

/// A clock whose timers come late, as after a suspended machine wakes up.
class StallingClock final : public ManualClock {
 public:
  [[nodiscard]] freshet::base::Instant now() const override { return ManualClock::now() + stalled_for; }
  Duration stalled_for{0};
};

}  // namespace

TEST_CASE("After a stall longer than a round everything overdue fires once and the rest keeps its time") {
  StallingClock clock;
  TimingWheel wheel(clock, 250ms, 8);
  std::vector<int> order;
  std::vector<std::unique_ptr<Alarm>> alarms;
  for (int i = 1; i <= 40; ++i) {
    alarms.push_back(std::make_unique<Alarm>([&order, i] { order.push_back(i); }));
    wheel.schedule(*alarms.back(), 250ms * i);
  }
  clock.stalled_for = 250ms * 24;
  clock.advance(250ms);
  CHECK(order.size() == 25);
  CHECK(wheel.size() == 15);
  clock.advance(250ms * 14);
  CHECK(wheel.size() == 1);
  clock.advance(250ms);
  CHECK(wheel.size() == 0);
  CHECK(std::vector<int>(order.end() - 15, order.end()) ==
        std::vector<int>{26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40});
}

TEST_CASE("The wheel may die before its nodes") {
  ManualClock clock;
  Alarm alarm([] { FAIL("due"); });
  {
    TimingWheel wheel(clock, 250ms, 8);
    wheel.schedule(alarm, 250ms);
  }
  CHECK_FALSE(alarm.scheduled());
  CHECK(clock.running() == 0);
}
