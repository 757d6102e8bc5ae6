#include "server/revocations.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/manual_clock.h"

using freshet::base::fail;
using freshet::base::Result;
using freshet::broker::Bar;
using freshet::broker::ControlBus;
using freshet::server::Disconnect;
using freshet::server::Revocations;
using freshet::server::Statistics;
using freshet::test::ManualClock;
using namespace std::chrono_literals;
using Target = Disconnect::Target;
using Calls = std::vector<std::string>;

namespace {

std::string text_of(std::optional<std::int64_t> number) { return number ? std::to_string(*number) : "-"; }

/// Writes down what it is asked; the test answers.
class ScriptedBus final : public ControlBus {
 public:
  void set_control_observer(Observer& watcher) override { observer = &watcher; }
  void broadcast(std::string message, Sent done) override {
    calls.push_back("broadcast " + message);
    sent = std::move(done);
  }
  void store_bar(BarRequest bar, Stored done) override {
    calls.push_back("store " + bar.user + " " + std::to_string(bar.lasting.count()) + " " +
                    text_of(bar.issued_before_s));
    stored = std::move(done);
  }
  void read_bars(BarsRead done) override {
    calls.emplace_back("read");
    read = std::move(done);
  }
  Calls take() { return std::exchange(calls, {}); }

  Observer* observer = nullptr;
  Calls calls;
  Sent sent;
  Stored stored;
  BarsRead read;
};

struct Fixture {
  [[nodiscard]] std::int64_t now() const { return clock.wall_us() / 1'000'000; }
  void hear(const std::string& message) { bus.observer->on_control(message); }
  void learn(std::vector<Bar> bars) {
    bus.observer->on_control_up();
    bus.read(std::move(bars));
  }
  Calls take_ended() { return std::exchange(ended, {}); }

  ManualClock clock;
  ScriptedBus bus;
  Statistics statistics;
  Calls ended;
  Revocations revocations{clock, bus, statistics, [this](const Revocations::Ending& ending) {
                            ended.push_back(std::string(ending.target == Target::kUser ? "user " : "channel ") +
                                            std::string(ending.name) + " " + text_of(ending.issued_before_s));
                            return std::size_t{1};
                          }};
};

}  // namespace

TEST_CASE("A disconnect is sent to all; its streams end when it comes back") {
  Fixture f;
  std::optional<Result<std::uint64_t>> told;
  f.revocations.disconnect({Target::kChannel, "news", {}}, [&](const Result<std::uint64_t>& count) { told = count; });
  CHECK(f.bus.take() == Calls{R"(broadcast {"disconnect":{"channel":"news"}})"});
  CHECK(f.ended.empty());
  f.hear(R"({"disconnect":{"channel":"news"}})");
  CHECK(f.take_ended() == Calls{"channel news -"});
  CHECK(f.bus.take().empty());
  CHECK_FALSE(told);
  f.bus.sent(3U);
  REQUIRE(told);
  CHECK(*told == 3U);
}

TEST_CASE("A bar is kept before its disconnect is sent, and without it nothing is sent") {
  Fixture f;
  std::optional<Result<std::uint64_t>> told;
  const auto note = [&](const Result<std::uint64_t>& count) { told = count; };
  f.revocations.disconnect({Target::kUser, "42", 10min}, note);
  CHECK(f.bus.take() == Calls{"store 42 600 -"});
  f.bus.stored(Bar{"42", f.now(), f.now() + 600});
  CHECK(f.bus.take() == Calls{R"(broadcast {"disconnect":{"for":600,"user":"42"}})"});

  f.revocations.disconnect({Target::kUser, "42", 10min}, note);
  f.bus.take();
  f.bus.stored(fail("no Redis"));
  CHECK(f.bus.take().empty());
  REQUIRE(told);
  CHECK(told->error().message == "no Redis");
}

TEST_CASE("A name that cannot be sent is refused at once") {
  Fixture f;
  std::optional<Result<std::uint64_t>> told;
  f.revocations.disconnect({Target::kChannel, "a b", {}}, [&](const Result<std::uint64_t>& count) { told = count; });
  REQUIRE(told);
  CHECK_FALSE(*told);
  CHECK(f.bus.take().empty());
}

TEST_CASE("Without a bar, a disconnected user's tokens stay good") {
  Fixture f;
  f.hear(R"({"disconnect":{"user":"42"}})");
  CHECK(f.take_ended() == Calls{"user 42 -"});
  CHECK_FALSE(f.revocations.barred("42", f.now() - 100));
  CHECK_FALSE(f.revocations.barred("42", {}));
}

TEST_CASE("A bar refuses what was issued until it was heard, for as long as it lasts, and nobody else") {
  Fixture f;
  f.hear(R"({"disconnect":{"user":"42","for":"10m"}})");
  CHECK(f.take_ended() == Calls{"user 42 -"});
  CHECK(f.bus.take() == Calls{"store 42 600 -"});
  const auto heard = f.now();
  CHECK(f.revocations.barred("42", heard - 1));
  CHECK(f.revocations.barred("42", heard));
  CHECK_FALSE(f.revocations.barred("42", heard + 1));
  CHECK(f.revocations.barred("42", {}));
  CHECK_FALSE(f.revocations.barred("4", heard - 1));
  f.clock.advance(599s);
  CHECK(f.revocations.barred("42", heard - 1));
  f.clock.advance(1s);
  CHECK_FALSE(f.revocations.barred("42", heard - 1));
}

TEST_CASE("What the bus keeps for a user and what was heard make one bar that refuses what either does") {
  Fixture f;
  f.hear(R"({"disconnect":{"user":"42","for":"10m"}})");
  const auto heard = f.now();
  f.bus.stored(Bar{"42", heard + 5, heard + 100});
  CHECK(f.revocations.barred("42", heard + 4));
  CHECK_FALSE(f.revocations.barred("42", heard + 5));
  f.clock.advance(599s);
  CHECK(f.revocations.barred("42", heard));
  f.bus.stored(fail("no Redis"));
  CHECK(f.revocations.bars() == 1);
}

TEST_CASE("Bars that were missed are read when a link comes up, and end the streams that they concern, once") {
  Fixture f;
  const auto now = f.now();
  const std::vector<Bar> kept{{"42", now - 10, now + 600}, {"past", now - 600, now}};
  f.learn(kept);
  CHECK(f.bus.take() == Calls{"read"});
  CHECK(f.take_ended() == Calls{"user 42 " + std::to_string(now - 10)});
  CHECK(f.revocations.barred("42", now - 11));
  CHECK_FALSE(f.revocations.barred("42", now - 10));
  CHECK(f.revocations.bars() == 1);
  f.learn(kept);
  CHECK(f.take_ended().empty());
  f.learn({{"42", now - 5, now + 600}});
  CHECK(f.take_ended() == Calls{"user 42 " + std::to_string(now - 5)});
}

TEST_CASE("Bars that cannot be read change nothing") {
  Fixture f;
  f.hear(R"({"disconnect":{"user":"42","for":"10m"}})");
  f.bus.take();
  f.bus.observer->on_control_up();
  f.bus.read(fail("no Redis"));
  CHECK(f.bus.take() == Calls{"read"});
  CHECK(f.revocations.barred("42", {}));
}

TEST_CASE("Bars that are not kept any more are put back as they are, unless they are over") {
  Fixture f;
  f.hear(R"({"disconnect":{"user":"kept","for":"10m"}})");
  f.hear(R"({"disconnect":{"user":"less","for":"10m"}})");
  f.hear(R"({"disconnect":{"user":"lost","for":"10m"}})");
  f.hear(R"({"disconnect":{"user":"over","for":"10s"}})");
  f.bus.take();
  const auto heard = f.now();
  f.clock.advance(60s);
  f.learn({{"kept", heard + 1, heard + 600}, {"less", heard, heard + 600}});
  const auto before = std::to_string(heard + 1);
  CHECK(f.bus.take() == Calls{"read", "store less 540 " + before, "store lost 540 " + before});
}

TEST_CASE("Messages are counted by what became of them") {
  Fixture f;
  f.hear("x");
  f.hear(R"({"restart":{}})");
  f.hear(R"({"disconnect":{"user":"42"}})");
  CHECK(f.statistics.control_messages["ignored"] == 2);
  CHECK(f.statistics.control_messages["disconnect"] == 1);
  CHECK(f.take_ended().size() == 1);
}

TEST_CASE("Bars that are over give their memory back, and there is a bound") {
  Fixture f;
  const auto learn = [&](std::size_t count, const std::string& name) {
    std::vector<Bar> bars;
    for (std::size_t i = 0; i < count; ++i) bars.push_back({name + std::to_string(i), f.now(), f.now() + 10});
    f.learn(std::move(bars));
  };
  learn(1000, "a");
  CHECK(f.revocations.bars() == 1000);
  f.clock.advance(10s);
  learn(1000, "b");
  CHECK(f.revocations.bars() <= 1100);
  learn(Revocations::kMaxBars, "c");
  CHECK(f.revocations.bars() == Revocations::kMaxBars);
  CHECK(f.revocations.barred("b0", {}));
}
