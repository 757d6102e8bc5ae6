// Openings: what a stream begins with, and what has to happen before.

#include "broker/hub.h"

#include <catch2/catch.hpp>

#include "unit/broker/hub_fixture.h"

using namespace freshet::test;
using freshet::broker::encode_record;

namespace {

constexpr Id kSecond = ScriptedBackplane::kSecond;
constexpr Id kStart = ScriptedBackplane::kStart;

}  // namespace

TEST_CASE("A fresh stream begins with the present position, without any ring read") {
  HubFixture f;
  const auto stream = f.open({"a"});
  CHECK(f.sink.frames.empty());
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{cursor_event(kStart, "fresh")});
  CHECK(stream->last_id() == kStart);
  CHECK(f.reads("a") == 0);

  const Id first = f.backplane.emit("a", "1");
  const Id second = f.backplane.emit("a", "2");
  f.backplane.emit("b", "not ours");
  CHECK(f.sink.take() == Frames{event(first, "1"), event(second, "2")});
  CHECK(stream->last_id() == second);
  CHECK(f.hub.counters().durable_received == 2);
}

TEST_CASE("A stream waits for every confirmation, and for a mark that was sent after the last") {
  HubFixture f;
  const auto stream = f.open({"a", "b"});
  f.clock.advance(std::chrono::seconds(1));  // the periodic probe
  REQUIRE(f.backplane.marks.size() == 1);
  f.backplane.confirm();
  f.backplane.confirm();
  f.backplane.deliver_mark();  // was under way when the confirmations came
  CHECK(f.sink.frames.empty());
  REQUIRE(f.backplane.marks.size() == 1);
  f.backplane.deliver_mark();
  CHECK(f.sink.frames.size() == 1);
}

TEST_CASE("A confirmation that comes twice stands for no other one") {
  HubFixture f;
  const auto stream = f.open({"a", "b"});
  f.hub.on_confirmed("a");
  f.hub.on_confirmed("a");
  f.clock.advance(std::chrono::seconds(1));
  while (!f.backplane.marks.empty()) f.backplane.deliver_mark();
  CHECK(f.sink.frames.empty());
}

TEST_CASE("A message before the mark is not sent: the cursor that the mark gives is above it") {
  HubFixture f;
  f.backplane.lose("a", "earlier");
  const auto stream = f.open({"a"});
  f.backplane.confirm();
  const Id early = f.backplane.emit("a", "early");
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{cursor_event(early, "fresh")});
  CHECK(f.hub.counters().gaps == 0);
}

TEST_CASE("A returning stream gets what came after its cursor, and then what comes") {
  HubFixture f;
  const Id first = f.backplane.lose("a", "1");
  const Id second = f.backplane.lose("a", "2");
  const Id third = f.backplane.lose("a", "3");
  const auto stream = f.open({"a"}, after(first));
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{cursor_event(first, "complete"), event(second, "2"), event(third, "3")});
  CHECK(f.reads("a") == 1);
  const Id fourth = f.backplane.emit("a", "4");
  CHECK(f.sink.take() == Frames{event(fourth, "4")});
  CHECK(f.hub.counters().resumes.at("complete") == 1);
  CHECK(f.hub.counters().replayed == 2);
}

TEST_CASE("What comes while the ring is being read follows the replay, once") {
  HubFixture f;
  const Id first = f.backplane.lose("a", "1");
  const auto stream = f.reading("a", after(first - 1));
  const Id second = f.backplane.emit("a", "2");  // in the log, and in the ring that is read
  CHECK(f.sink.frames.empty());
  f.backplane.answer_read();
  CHECK(f.sink.take() == Frames{cursor_event(first - 1, "complete"), event(first, "1"), event(second, "2")});
}

TEST_CASE("The replays of several channels are one, in the order of the ids") {
  HubFixture f;
  const Id start = f.backplane.lose("a", "0");
  const Id a1 = f.backplane.lose("a", "a1");
  const Id b1 = f.backplane.lose("b", "b1");
  const Id a2 = f.backplane.lose("a", "a2");
  const Id c1 = f.backplane.lose("c", "c1");
  const auto stream = f.open({"c", "b", "a"}, after(start));
  f.backplane.settle();
  CHECK(f.sink.take() ==
        Frames{cursor_event(start, "complete"), event(a1, "a1"), event(b1, "b1"), event(a2, "a2"), event(c1, "c1")});
}

TEST_CASE("A quiet channel is complete without any event") {
  HubFixture f;
  const auto stream = f.open({"a"}, after(kStart - 3'500 * kSecond));
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{cursor_event(kStart - 3'500 * kSecond, "complete")});
}

TEST_CASE("Earliest begins just below the first event that the ring still has") {
  HubFixture f;
  f.backplane.lose("a", "1");
  const Id second = f.backplane.lose("a", "2");
  f.backplane.rings["a"].pop_back();
  const auto stream = f.open({"a", "b"}, {Cursor::Kind::kEarliest, 0});
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{cursor_event(second - 1, "earliest"), event(second, "2")});
}

TEST_CASE("Earliest on empty rings is the present position") {
  HubFixture f;
  const auto stream = f.open({"a"}, {Cursor::Kind::kEarliest, 0});
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{cursor_event(kStart, "earliest")});
}

TEST_CASE("An id that was never given out is answered with a reset and all that there is") {
  HubFixture f;
  const Id first = f.backplane.lose("a", "1");
  const auto cursor = GENERATE(Cursor{Cursor::Kind::kUnknown, 0}, after(kStart + 60 * kSecond));
  const auto stream = f.open({"a", "b"}, cursor);
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{reset_event(first - 1, "unknown-id", R"("a","b")"), event(first, "1")});
  CHECK(f.hub.counters().resumes.at("unknown-id") == 1);
  CHECK(f.hub.counters().resets.empty());
}

TEST_CASE("A ring that was trimmed beyond the cursor is told with a reset below what it still has") {
  HubFixture f;
  const Id first = f.backplane.lose("a", "1");
  const Id second = f.backplane.lose("a", "2");
  const Id third = f.backplane.lose("a", "3");
  f.backplane.rings["a"].pop_back();
  const auto lost = f.open({"a"}, after(first - 1));
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{reset_event(second - 1, "trimmed", R"("a")"), event(second, "2"), event(third, "3")});
  const auto complete = f.open({"a"}, after(first));
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{cursor_event(first, "complete"), event(second, "2"), event(third, "3")});
}

TEST_CASE("A cursor older than the TTL cannot be proven") {
  HubFixture f;
  const auto stream = f.open({"a"}, after(kStart - 3'601 * kSecond));
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{reset_event(kStart, "expired", R"("a")")});
}

TEST_CASE("A cursor from a history that is gone is told so, for all channels") {
  HubFixture f;
  f.backplane.clock.holes = {{"e0", kStart - 200 * kSecond, kStart - 100 * kSecond}};
  const Id first = f.backplane.lose("a", "1");
  const auto cursor = GENERATE(after(kStart - 9'001 * kSecond), after(kStart - 150 * kSecond));
  const auto stream = f.open({"a", "b"}, cursor);
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{reset_event(first - 1, "history-lost", R"("a","b")"), event(first, "1")});
}

TEST_CASE("Only the channels that cannot be proven are named") {
  HubFixture f;
  const Id a1 = f.backplane.lose("a", "a1");
  const Id b1 = f.backplane.lose("b", "b1");
  const Id b2 = f.backplane.lose("b", "b2");
  f.backplane.rings["b"].pop_back();
  const auto stream = f.open({"a", "b", "c"}, after(a1 - 1));
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{reset_event(a1 - 1, "trimmed", R"("b")"), event(a1, "a1"), event(b2, "b2")});
  CHECK(b1 < b2);
}

TEST_CASE("Of a channel that was trimmed and one that is too old, the former is the reason, whichever comes first") {
  HubFixture f;
  const Id kept = f.backplane.lose("trimmed", "kept");
  f.backplane.rings["trimmed"].front() = encode_record({kept, kept - 1, {}, "kept"});
  const auto channels = GENERATE(Frames{"old", "trimmed"}, Frames{"trimmed", "old"});
  const auto stream = f.open(channels, after(kStart - 5'000 * kSecond));
  f.backplane.settle();
  const auto named = '"' + channels[0] + "\",\"" + channels[1] + '"';
  CHECK(f.sink.take() == Frames{reset_event(kept - 1, "trimmed", named), event(kept, "kept")});
}

TEST_CASE("A key that holds no ring proves nothing") {
  HubFixture f;
  const auto stream = f.open({"a"}, after(kStart - kSecond));
  f.backplane.confirm();
  f.backplane.deliver_mark();
  auto history = f.backplane.history_of("a");
  history.readable = false;
  f.backplane.reads.clear();
  f.backplane.answer("a", history);
  CHECK(f.sink.take() == Frames{reset_event(kStart, "trimmed", R"("a")")});
}

TEST_CASE("Records in a ring that are not right are left out and counted") {
  HubFixture f;
  const Id first = f.backplane.lose("a", "1");
  const Id second = f.backplane.lose("a", "2");
  auto& ring = f.backplane.rings["a"];
  ring.insert(ring.begin() + 1, {"garbage", encode_record({0, 0, {}, "live"}), ring.front()});
  const auto stream = f.open({"a"}, after(first - 1));
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{cursor_event(first - 1, "complete"), event(first, "1"), event(second, "2")});
  CHECK(f.hub.counters().rejected.at("malformed") == 1);
  CHECK(f.hub.counters().rejected.at("duplicate") == 2);
}

TEST_CASE("A hundred clients that return at once share one read of each ring") {
  HubFixture f;
  const Id first = f.backplane.lose("a", "1");
  const Id second = f.backplane.lose("b", "2");
  std::vector<std::unique_ptr<freshet::broker::Subscription>> streams;
  for (int i = 0; i < 100; ++i) streams.push_back(f.open({"a", "b"}, after(first - 1)));
  f.backplane.settle();
  CHECK(f.reads("a") == 1);
  CHECK(f.reads("b") == 1);
  CHECK(f.backplane.subscribed == Frames{"a", "b"});
  const auto frames = f.sink.take();
  REQUIRE(frames.size() == 300);
  CHECK(std::count(frames.begin(), frames.end(), event(first, "1")) == 100);
  CHECK(std::count(frames.begin(), frames.end(), event(second, "2")) == 100);
  // All hold the same frame, encoded once.
  f.backplane.emit("a", "3");
  REQUIRE(f.sink.held.size() == 100);
  CHECK(&*f.sink.held.front() == &*f.sink.held.back());
}

TEST_CASE("The log answers a client that was away for a moment without any read") {
  HubFixture f;
  const auto other = f.live({"a"});
  const Id first = f.backplane.emit("a", "1");
  const Id second = f.backplane.emit("a", "2");
  f.sink.take();
  const auto stream = f.open({"a"}, after(first));
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{cursor_event(first, "complete"), event(second, "2")});
  CHECK(f.reads("a") == 0);
  CHECK(f.hub.counters().answered_from_log == 1);
}

TEST_CASE("A ring read keeps what its clients missed, and a second one everything, so that there is no third") {
  HubFixture f;
  std::vector<Id> ids;
  for (int i = 1; i <= 5; ++i) ids.push_back(f.backplane.lose("a", std::to_string(i)));
  const auto late = f.open({"a"}, after(ids[3]));
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{cursor_event(ids[3], "complete"), event(ids[4], "5")});
  const auto bytes_of_one = f.hub.log_bytes();

  const auto earlier = f.open({"a"}, after(ids[2]));
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{cursor_event(ids[2], "complete"), event(ids[3], "4"), event(ids[4], "5")});
  CHECK(f.hub.log_bytes() == 5 * bytes_of_one);
  CHECK(f.reads("a") == 2);

  const auto earliest = f.open({"a"}, after(ids[0]));
  f.backplane.settle();
  CHECK(f.sink.take().size() == 5);
  CHECK(f.reads("a") == 2);
}

TEST_CASE("A ring read serves all who wait for it, from the earliest position on") {
  HubFixture f;
  std::vector<Id> ids;
  for (int i = 1; i <= 5; ++i) ids.push_back(f.backplane.lose("a", std::to_string(i)));
  const auto late = f.open({"a"}, after(ids[3]));
  const auto early = f.open({"a"}, after(ids[1]));
  f.backplane.settle();
  CHECK(f.sink.take().size() == 2 + 4);
  CHECK(f.reads("a") == 1);
}

TEST_CASE("A channel lingers after its last stream, and its log with it") {
  HubFixture f;
  auto stream = f.live({"a"});
  const Id first = f.backplane.emit("a", "1");
  stream.reset();
  f.pass(std::chrono::seconds(4));
  const Id second = f.backplane.emit("a", "2");
  CHECK(f.hub.channel_count() == 1);
  f.sink.take();
  stream = f.open({"a"}, after(first));
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{cursor_event(first, "complete"), event(second, "2")});
  CHECK(f.reads("a") == 0);
  CHECK(f.backplane.subscribed == Frames{"a"});

  f.pass(std::chrono::seconds(20));
  CHECK(f.backplane.unsubscribed.empty());
}

TEST_CASE("A channel that nobody came back to is unsubscribed, and subscribed anew for the next") {
  HubFixture f;
  auto stream = f.live({"a"});
  f.backplane.emit("a", "1");
  stream.reset();
  f.pass(std::chrono::seconds(7));
  CHECK(f.backplane.unsubscribed == Frames{"a"});
  CHECK(f.hub.channel_count() == 0);
  CHECK(f.hub.log_bytes() == 0);

  stream = f.open({"a"});
  CHECK(f.backplane.subscribed == Frames{"a", "a"});
  f.backplane.settle();
  CHECK(f.sink.take().back().find("\"fresh\"") != std::string::npos);
}

TEST_CASE("A channel is not unsubscribed before its confirmation has come") {
  HubFixture f;
  auto stream = f.open({"a"});
  stream.reset();
  f.clock.advance(std::chrono::seconds(20));
  CHECK(f.backplane.unsubscribed.empty());
  f.backplane.settle();
  f.pass(std::chrono::seconds(1));
  CHECK(f.backplane.unsubscribed == Frames{"a"});
}

TEST_CASE("What is known of a channel") {
  HubFixture f;
  CHECK(f.hub.view("a").subscribers == 0);
  const auto stream = f.live({"a"});
  const auto other = f.live({"a", "b"});
  CHECK(f.hub.view("a").subscribers == 2);
  CHECK(f.hub.view("a").last_id == 0);
  const Id id = f.backplane.emit("a", "1");
  CHECK(f.hub.view("a").last_id == id);
  std::vector<Id> ids;
  f.hub.take_fanned_out(ids);
  CHECK(ids == std::vector<Id>{id});
  f.hub.take_fanned_out(ids);
  CHECK(ids.empty());
}
