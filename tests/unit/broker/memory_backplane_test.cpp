#include "broker/memory_backplane.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "support/manual_clock.h"

using freshet::base::Result;
using freshet::broker::Backplane;
using freshet::broker::Bar;
using freshet::broker::ControlBus;
using freshet::broker::Dataset;
using freshet::broker::DatasetClock;
using freshet::broker::decode_record;
using freshet::broker::History;
using freshet::broker::Id;
using freshet::broker::MemoryBackplane;
using freshet::broker::PublishError;
using freshet::broker::PublishResult;
using freshet::test::ManualClock;

namespace {

/// Writes down what it is called with, one word each, and what came with it.
class Recorder final : public Backplane::Observer {
 public:
  void on_subscriber_up() override { note("subscriber-up"); }
  void on_subscriber_down() override { note("subscriber-down"); }
  void on_command_up() override { note("command-up"); }
  void on_command_down() override { note("command-down"); }
  void on_confirmed(std::string_view channel) override { note("confirmed " + std::string(channel)); }
  void on_message(std::string_view channel, std::string_view bytes) override {
    note("message " + std::string(channel));
    messages.emplace_back(bytes);
  }
  void on_batch_begin() override { FAIL("nothing is read here"); }
  void on_batch_end() override {}
  void on_mark(std::uint64_t nonce, const DatasetClock& at) override {
    note("mark " + std::to_string(nonce));
    clock = at;
  }
  void on_fence(Id floor) override {
    note("fence");
    fence = floor;
  }
  void on_synced(const DatasetClock& at) override {
    note("synced");
    clock = at;
  }
  void on_evidence_refused() override { note("evidence refused"); }
  void on_history(std::string_view channel, const History& history) override {
    note("history " + std::string(channel));
    records.assign(history.records.begin(), history.records.end());
    history_floor = history.floor;
    history_epoch = history.epoch;
    history_now = history.now;
  }

  std::vector<std::string> take() { return std::exchange(calls, {}); }

  std::vector<std::string> calls;
  std::vector<std::string> messages;
  std::vector<std::string> records;
  DatasetClock clock;
  Id fence = 0;
  Id history_floor = 0;
  std::string history_epoch;
  Id history_now = 0;
  bool inside_call = false;

 private:
  void note(std::string call) {
    CHECK_FALSE(inside_call);
    calls.push_back(std::move(call));
  }
};

class ControlRecorder final : public ControlBus::Observer {
 public:
  void on_control_up() override {}
  void on_control(std::string_view message) override { messages.emplace_back(message); }

  std::vector<std::string> messages;
};

struct Fixture {
  explicit Fixture(const Dataset::Options& options = {}) : backplane(clock, options, "life-1") {
    backplane.start(recorder);
    CHECK(recorder.calls.empty());
    turn();
  }
  void turn() {
    for (int i = 0; i < 4; ++i) clock.run_pending();
  }
  /// Calls the backplane; nothing may call back meanwhile.
  template <class Call>
  void call(Call what) {
    recorder.inside_call = true;
    what();
    recorder.inside_call = false;
  }
  std::optional<PublishResult> publish(const std::string& channel, const std::string& data) {
    std::optional<PublishResult> result;
    call([&] {
      backplane.publish({.channel = channel, .data = data}, [&](PublishResult came) { result = std::move(came); });
    });
    CHECK_FALSE(result);
    turn();
    return result;
  }

  ManualClock clock;
  Recorder recorder;
  MemoryBackplane backplane;
};

using Calls = std::vector<std::string>;

}  // namespace

TEST_CASE("Both links of the memory backplane come up by themselves, and nothing ever troubles them") {
  Fixture f;
  CHECK(f.recorder.take() == Calls{"command-up", "subscriber-up"});
  CHECK(f.backplane.trouble().empty());
}

TEST_CASE("Messages reach subscribers only, after the confirmation, and stop when unsubscribed") {
  Fixture f;
  f.recorder.take();
  f.call([&] { f.backplane.subscribe({"a"}); });
  REQUIRE(f.publish("a", "1"));
  f.publish("b", "2");
  CHECK(f.recorder.take() == Calls{"confirmed a", "fence", "message a"});
  CHECK(decode_record(f.recorder.messages.front())->data == "1");
  f.call([&] { f.backplane.unsubscribe({"a"}); });
  f.publish("a", "3");
  CHECK(f.recorder.take().empty());
}

TEST_CASE("A mark has its place among the messages, and every id before it is at or below its clock") {
  Fixture f;
  f.call([&] { f.backplane.subscribe({"a"}); });
  f.turn();
  f.recorder.take();
  f.call([&] {
    f.backplane.publish({.channel = "a", .data = "before"}, [](const PublishResult&) {});
    f.backplane.mark(7);
    f.backplane.publish({.channel = "a", .data = "after"}, [](const PublishResult&) {});
  });
  f.turn();
  CHECK(f.recorder.take() == Calls{"fence", "message a", "mark 7", "message a"});
  CHECK(decode_record(f.recorder.messages[0])->id <= f.recorder.clock.last);
  CHECK(decode_record(f.recorder.messages[1])->id > f.recorder.clock.last);
  CHECK(f.recorder.clock.epoch == "life-1");
}

TEST_CASE("History is the ring, newest first, with the clock's floor and epoch and the time") {
  Fixture f;
  const auto first = f.publish("a", "1");
  const auto second = f.publish("a", "2");
  f.recorder.take();
  f.call([&] { f.backplane.read_history("a"); });
  f.turn();
  CHECK(f.recorder.take() == Calls{"history a"});
  REQUIRE(f.recorder.records.size() == 2);
  CHECK(decode_record(f.recorder.records[0])->id == **second);
  CHECK(decode_record(f.recorder.records[1])->id == **first);
  CHECK(f.recorder.history_floor == f.recorder.fence);
  CHECK(f.recorder.history_epoch == "life-1");
  CHECK(f.recorder.history_now == static_cast<Id>(f.clock.wall_us()));

  f.call([&] { f.backplane.read_history("unknown"); });
  f.turn();
  CHECK(f.recorder.records.empty());
}

TEST_CASE("Evidence of more than this process ever gave out moves the floor") {
  Fixture f;
  f.recorder.take();
  const Id seen = static_cast<Id>(f.clock.wall_us()) + 60'000'000;
  f.call([&] { f.backplane.sync(seen, {}); });
  f.turn();
  CHECK(f.recorder.take() == Calls{"fence", "fence", "synced"});
  CHECK(f.recorder.clock.floor > seen + 10'000'000);
  CHECK(f.recorder.fence == f.recorder.clock.floor);
}

TEST_CASE("A publication that is refused says why, on the next turn") {
  Fixture f;
  const auto result = f.publish("not a name", "1");
  REQUIRE(result);
  REQUIRE_FALSE(*result);
  CHECK(result->error().kind == PublishError::Kind::kInvalid);
}

TEST_CASE("A control message comes back to its sender, on the next turn, and is counted") {
  Fixture f;
  ControlRecorder control;
  f.backplane.set_control_observer(control);
  std::optional<Result<std::uint64_t>> told;
  f.backplane.broadcast("message", [&](const Result<std::uint64_t>& count) { told = count; });
  CHECK(control.messages.empty());
  CHECK_FALSE(told);
  f.turn();
  CHECK(control.messages == Calls{"message"});
  REQUIRE(told);
  CHECK(*told == 1U);
}

TEST_CASE("A bar in memory goes by this process's clock, and is kept by who asked for it only") {
  Fixture f;
  std::vector<Bar> stored;
  const auto note = [&](const Result<Bar>& bar) { stored.push_back(bar.value()); };
  const auto now = f.clock.wall_us() / 1'000'000;
  f.backplane.store_bar({"42", std::chrono::minutes(10), {}}, note);
  f.backplane.store_bar({"42", std::chrono::minutes(10), now - 5}, note);
  f.backplane.store_bar({"42", std::chrono::minutes(10), now + 500}, note);
  CHECK(stored.empty());
  f.turn();
  CHECK(stored == std::vector<Bar>{{"42", now + 1, now + 600}, {"42", now - 5, now + 600}, {"42", now + 1, now + 600}});

  std::optional<std::vector<Bar>> kept;
  f.backplane.read_bars([&](const Result<std::vector<Bar>>& bars) { kept = bars.value(); });
  CHECK_FALSE(kept);
  f.turn();
  REQUIRE(kept);
  CHECK(kept->empty());
}

TEST_CASE("What has expired gives its memory back by itself") {
  Dataset::Options options;
  options.ttl_us = 10'000'000;
  options.total_bytes = 1'000;
  Fixture f(options);
  REQUIRE(f.publish("a", std::string(900, 'x'))->has_value());
  REQUIRE_FALSE(f.publish("b", std::string(900, 'x'))->has_value());
  for (int i = 0; i < 3; ++i) {
    f.clock.advance(std::chrono::seconds(120));
    CHECK(f.publish("b" + std::to_string(i), std::string(900, 'x'))->has_value());
  }
}

TEST_CASE("A memory backplane that goes while callbacks wait makes none of them") {
  ManualClock clock;
  Recorder recorder;
  {
    MemoryBackplane backplane(clock, {}, "life-1");
    backplane.start(recorder);
    backplane.mark(1);
  }
  clock.advance(std::chrono::seconds(120));
  CHECK(recorder.calls.empty());
  CHECK(clock.running() == 0);
}
