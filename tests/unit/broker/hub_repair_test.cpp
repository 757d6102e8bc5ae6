// Trouble on the way: gaps, fences, lost links, forged messages.

#include <catch2/catch.hpp>

#include "unit/broker/hub_fixture.h"

using namespace freshet::test;
using freshet::broker::encode_record;

namespace {

constexpr Id kSecond = ScriptedBackplane::kSecond;
constexpr Id kStart = ScriptedBackplane::kStart;

std::size_t resets(const Frames& frames) {
  return static_cast<std::size_t>(std::count_if(frames.begin(), frames.end(), [](const std::string& frame) {
    return frame.find("event: stream-reset\n") != std::string::npos;
  }));
}

/// The server loses what it knew: its history begins anew at a floor, which is returned.
Id break_history(ScriptedBackplane& backplane) {
  backplane.rings.clear();
  backplane.clock.last = backplane.clock.floor = std::max(backplane.clock.last, backplane.clock.now) + 1;
  return backplane.clock.floor;
}

Id break_history_and_say_so(HubFixture& f) {
  const Id floor = break_history(f.backplane);
  f.hub.on_fence(floor);
  return floor;
}

}  // namespace

TEST_CASE("A gap holds the stream and is repaired exactly from the ring") {
  HubFixture f;
  const auto stream = f.live({"a", "b"});
  const Id missing = f.backplane.lose("a", "missing");
  const Id next = f.backplane.emit("a", "next");
  const Id held = f.backplane.emit("b", "held");
  CHECK(f.sink.frames.empty());
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{event(missing, "missing"), event(next, "next"), event(held, "held")});
  CHECK(f.reads("a") == 1);
  CHECK(f.reads("b") == 0);
  CHECK(f.hub.counters().gaps == 1);
  CHECK(f.hub.counters().resets.empty());
}

TEST_CASE("A mark between a missing event and the next one does not spoil the repair") {
  HubFixture f;
  const auto stream = f.live({"a", "b"});
  const Id missing = f.backplane.lose("a", "missing");
  f.pass(std::chrono::seconds(2));
  const Id next = f.backplane.emit("a", "next");
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{event(missing, "missing"), event(next, "next")});
  CHECK(f.hub.counters().resets.empty());
}

TEST_CASE("A gap above what another channel has sent is repaired without a reset") {
  HubFixture f;
  const auto stream = f.live({"a", "b"});
  f.backplane.emit("a", "1");
  f.backplane.emit("b", "2");
  f.sink.take();
  const Id missing = f.backplane.lose("a", "missing");
  const Id next = f.backplane.emit("a", "next");
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{event(missing, "missing"), event(next, "next")});
  CHECK(f.hub.counters().resets.empty());
}

TEST_CASE("A gap holds only the streams that carry the channel") {
  HubFixture f;
  const auto stream = f.live({"b"});
  RecordingSink other_sink;
  const auto other = f.hub.subscribe({"a"}, {}, other_sink);
  f.backplane.settle();
  f.backplane.lose("a", "missing");
  f.backplane.emit("a", "next");
  const Id id = f.backplane.emit("b", "through");
  CHECK(f.sink.take() == Frames{event(id, "through")});
}

TEST_CASE("A missing event below what was sent already cannot be sent in order: a reset says so") {
  HubFixture f;
  const auto stream = f.live({"a", "b"});
  f.backplane.lose("b", "missing");
  const Id sent = f.backplane.emit("a", "sent");
  CHECK(f.sink.take() == Frames{event(sent, "sent")});
  const Id next = f.backplane.emit("b", "next");
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{reset_event(next - 1, "trimmed", R"("b")"), event(next, "next")});
  CHECK(f.hub.counters().resets.at("trimmed") == 1);
}

TEST_CASE("An event that is delivered twice is sent once") {
  HubFixture f;
  const auto stream = f.live({"a"});
  const Id id = f.backplane.emit("a", "1");
  const auto bytes = f.backplane.rings["a"].front();
  f.hub.on_message("a", bytes);
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{event(id, "1")});
  CHECK(f.hub.counters().rejected.at("duplicate") == 1);
  const Id next = f.backplane.emit("a", "2");
  CHECK(f.sink.take() == Frames{event(next, "2")});
}

TEST_CASE("A repair that the ring cannot prove is a reset in mid-stream") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.backplane.lose("a", "missing");
  const Id second = f.backplane.lose("a", "second");
  const Id third = f.backplane.emit("a", "third");
  f.backplane.rings["a"].pop_back();
  f.backplane.settle();
  CHECK(f.sink.take() ==
        Frames{reset_event(second - 1, "trimmed", R"("a")"), event(second, "second"), event(third, "third")});
}

TEST_CASE("A forged fence costs a mark, but no reset and no ring read") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.hub.on_fence(kStart + 5);
  const Id id = f.backplane.emit("a", "meanwhile");
  CHECK(f.sink.frames.empty());
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{event(id, "meanwhile")});
  CHECK(f.reads("a") == 0);
  CHECK(f.hub.counters().fences == 1);
}

TEST_CASE("A history that broke is told once to every live stream, at the new floor") {
  HubFixture f;
  const auto stream = f.live({"a", "b"});
  const Id floor = break_history(f.backplane);
  const bool with_fence = GENERATE(true, false);
  if (with_fence) f.hub.on_fence(floor);
  f.pass(std::chrono::seconds(3));
  const auto frames = f.sink.take();
  REQUIRE(frames.size() == 1);
  CHECK(resets(frames) == 1);
  CHECK(frames.front().find(R"("reason":"history-lost","channels":["a","b"])") != std::string::npos);
  CHECK(stream->last_id() >= floor);
  const Id next = f.backplane.emit("a", "next");
  CHECK(f.sink.take() == Frames{event(next, "next")});
}

TEST_CASE("A fence and its mark at once: the reset's id is the floor") {
  HubFixture f;
  const auto stream = f.live({"a"});
  const Id floor = break_history_and_say_so(f);
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{reset_event(floor, "history-lost", R"("a")")});
}

TEST_CASE("A history that breaks twice before anyone could look is one reset, and a third time another") {
  HubFixture f;
  const auto stream = f.live({"a"});
  break_history_and_say_so(f);
  const Id second = break_history_and_say_so(f);
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{reset_event(second, "history-lost", R"("a")")});
  const Id third = break_history_and_say_so(f);
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{reset_event(third, "history-lost", R"("a")")});
}

TEST_CASE("A history that breaks while a live stream re-opens is told, too") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.backplane.lose("a", "missing");
  f.backplane.emit("a", "next");
  f.backplane.deliver_mark();
  REQUIRE(f.backplane.reads.size() == 1);
  const Id floor = break_history_and_say_so(f);
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{reset_event(floor, "history-lost", R"("a")")});
}

TEST_CASE("A floor that moved is told even to a stream whose position lies above it") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.backplane.emit("a", "1");
  f.sink.take();
  f.backplane.clock.floor = kStart;
  REQUIRE(stream->last_id() > kStart);
  f.hub.on_fence(kStart);
  f.backplane.settle();
  const auto frames = f.sink.take();
  REQUIRE(frames.size() == 1);
  CHECK(resets(frames) == 1);
}

TEST_CASE("A lost subscriber link holds all streams, and they go on exactly where they were") {
  HubFixture f;
  const auto stream = f.live({"a", "b"});
  const Id first = f.backplane.emit("a", "1");
  f.sink.take();
  f.backplane.lose_subscriber();
  CHECK_FALSE(f.hub.subscriber_up());
  const Id second = f.backplane.lose("a", "2");
  const Id third = f.backplane.lose("b", "3");
  f.hub.on_subscriber_up();
  CHECK(f.backplane.unconfirmed.size() == 2);
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{event(second, "2"), event(third, "3")});
  CHECK(first < second);
  CHECK(f.hub.counters().resets.empty());
}

TEST_CASE(
    "An idle stream is where the last mark was, however long ago its last event: so much longer may Redis be away") {
  HubFixture f;
  f.backplane.clock.ttl = f.backplane.clock.ttl_before = 60 * kSecond;
  const auto stream = f.live({"a"});
  f.pass(std::chrono::seconds(15));  // not yet a third of the TTL, after which it would be told
  REQUIRE(f.sink.frames.empty());
  f.backplane.lose_subscriber();
  f.backplane.pass(50 * kSecond);
  const Id missed = f.backplane.lose("a", "missed");
  f.hub.on_subscriber_up();
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{event(missed, "missed")});
  CHECK(f.hub.counters().resets.empty());
}

TEST_CASE("To a stream that was given more than the clock knows of, history is lost: its id is no unknown one") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.backplane.pass(5 * kSecond);
  f.backplane.emit("a", "1");
  f.sink.take();
  f.backplane.lose_subscriber();
  f.backplane.rings.clear();
  f.backplane.clock.last = f.backplane.clock.now = kStart;
  f.hub.on_subscriber_up();
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{reset_event(kStart, "history-lost", R"("a")")});
}

TEST_CASE("A stream that came while the subscriber link was down is subscribed when it is up") {
  HubFixture f;
  f.backplane.lose_subscriber();
  const auto stream = f.open({"a"});
  CHECK(f.backplane.subscribed.empty());
  f.hub.on_subscriber_up();
  f.backplane.settle();
  CHECK(f.backplane.subscribed == Frames{"a"});
  CHECK(f.sink.frames.size() == 1);
}

TEST_CASE("An answer to a read of before the link was lost does not pass for that of a later one") {
  HubFixture f;
  const Id first = f.backplane.lose("a", "1");
  const auto stream = f.reading("a", after(first - 1));
  const auto stale = f.backplane.rings["a"];

  f.backplane.lose_subscriber();
  const Id second = f.backplane.lose("a", "2");
  f.hub.on_subscriber_up();
  f.backplane.confirm();
  f.backplane.deliver_mark();  // that of the new link, sent before the confirmation
  f.backplane.deliver_mark();
  REQUIRE(f.backplane.reads.size() == 2);
  auto history = f.backplane.history_of("a");
  history.records.assign(stale.begin(), stale.end());
  f.backplane.reads.pop_front();
  f.backplane.answer("a", history);
  CHECK(f.sink.frames.empty());
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{cursor_event(first - 1, "complete"), event(first, "1"), event(second, "2")});
}

TEST_CASE("A lost command link lets live streams go on, and reading ones wait again") {
  HubFixture f;
  const auto live = f.live({"a"});
  RecordingSink reader_sink;
  const Id old = f.backplane.lose("b", "old");
  const auto reader = f.hub.subscribe({"b"}, after(old - 1), reader_sink);
  f.backplane.confirm();
  f.backplane.deliver_mark();
  REQUIRE(f.backplane.reads.size() == 1);
  f.backplane.lose_command();
  CHECK_FALSE(f.hub.command_up());
  const Id id = f.backplane.emit("a", "on its way");
  CHECK(f.sink.take() == Frames{event(id, "on its way")});
  f.hub.on_command_up();
  f.backplane.settle();
  CHECK(reader_sink.frames == Frames{cursor_event(old - 1, "complete"), event(old, "old")});
  CHECK(f.sink.frames.empty());
}

TEST_CASE("A mark that was under way when a link came up opens nothing") {
  HubFixture f;
  const auto stream = f.open({"a"});
  f.backplane.confirm();
  REQUIRE(f.backplane.marks.size() == 1);
  f.hub.on_command_down();
  f.hub.on_command_up();
  f.backplane.answer_sync();
  f.backplane.deliver_mark();
  CHECK(f.sink.frames.empty());
  f.backplane.deliver_mark();
  CHECK(f.sink.frames.size() == 1);
}

TEST_CASE("A ring read under another epoch than the mark's waits for another mark") {
  HubFixture f;
  const Id first = f.backplane.lose("a", "1");
  const auto stream = f.reading("a", after(first - 1));
  f.backplane.clock.holes.push_back({"e1", f.backplane.clock.last, f.backplane.clock.last + 10 * kSecond});
  f.backplane.clock.last += 10 * kSecond;
  f.backplane.clock.epoch = "e2";
  f.backplane.answer_read();
  CHECK(f.sink.frames.empty());
  REQUIRE(f.backplane.marks.size() == 1);
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{cursor_event(first - 1, "complete"), event(first, "1")});
  CHECK(f.reads("a") == 2);
}

TEST_CASE("Records that are not right are dropped and counted, and the stream goes on") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.hub.on_message("a", "\x1egarbage");
  f.hub.on_message("a",
                   "\x1e"
                   "1|5|0|stream-reset\nx");
  f.hub.on_message("unknown", "\x1egarbage");
  CHECK(f.hub.counters().rejected.at("malformed") == 1);
  CHECK(f.hub.counters().rejected.at("event-name") == 1);
  const Id id = f.backplane.emit("a", "1");
  CHECK(f.sink.take() == Frames{event(id, "1")});
}

TEST_CASE("A forged id from the far future is neither sent nor taken for evidence") {
  HubFixture f;
  const auto stream = f.live({"a"});
  const Id before = f.hub.highest_seen();
  f.hub.on_message("a", encode_record({kStart + 48 * 3600 * kSecond, 0, {}, "forged"}));
  CHECK(f.hub.counters().rejected.at("future") == 1);
  CHECK(f.hub.highest_seen() == before);
  CHECK(f.sink.frames.empty());
  f.backplane.settle();
  const Id id = f.backplane.emit("a", "1");
  CHECK(f.sink.take() == Frames{event(id, "1")});
}

TEST_CASE("A live-only event goes to live streams at once, without id") {
  HubFixture f;
  const auto stream = f.live({"a"});
  const Id before = stream->last_id();
  f.hub.on_message("a", "typing");
  f.hub.on_message("a", encode_record({0, 0, "note", "named"}));
  CHECK(f.sink.take() == Frames{"data: typing\n\n", "event: note\ndata: named\n\n"});
  CHECK(stream->last_id() == before);
  CHECK(f.hub.counters().live_received == 2);

  f.hub.on_message("a", std::string(1'001, 'x'));
  CHECK(f.sink.take().empty());
  CHECK(f.hub.counters().rejected.at("too-large") == 1);
}

TEST_CASE("A live-only event is lost to a stream that is held") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.hub.on_fence(kStart + 5);
  f.hub.on_message("a", "typing");
  f.backplane.settle();
  CHECK(f.sink.take().empty());
}

TEST_CASE("Two probes in a row that do not come back replace the subscriber link") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.clock.advance(std::chrono::seconds(2));
  CHECK(f.backplane.replaced.empty());
  CHECK(f.hub.trouble().empty());
  f.clock.advance(std::chrono::seconds(1));
  CHECK(f.backplane.replaced.size() == 1);
  f.clock.advance(std::chrono::seconds(1));
  CHECK(f.hub.trouble().find("no probe came back for 4000 ms") != std::string::npos);

  f.backplane.lose_subscriber();
  const auto replaced = f.backplane.replaced.size();
  f.hub.on_subscriber_up();
  f.clock.advance(std::chrono::seconds(1));
  CHECK(f.backplane.replaced.size() == replaced);  // a new link has as much time as the one before
  f.backplane.settle();
  CHECK(f.hub.trouble().empty());
  f.pass(std::chrono::seconds(10));
  CHECK(f.backplane.replaced.size() == replaced);
}

TEST_CASE("A probe's way and its age are measured, the way finer than in milliseconds, whatever the wall does") {
  HubFixture f;
  f.clock.advance(std::chrono::seconds(1));
  REQUIRE(f.backplane.marks.size() == 1);
  f.clock.set_wall_us(f.clock.wall_us() + 5'000'000);
  f.clock.linger(std::chrono::microseconds(250));
  f.clock.advance(std::chrono::milliseconds(3));
  f.backplane.deliver_mark();
  CHECK(f.hub.counters().last_probe == std::chrono::microseconds(3'250));
  CHECK(f.hub.mark_age() == std::chrono::microseconds(0));

  f.clock.advance(std::chrono::milliseconds(997));
  CHECK(f.hub.mark_age() == std::chrono::milliseconds(997));
  REQUIRE(f.backplane.marks.size() == 1);
  f.clock.set_wall_us(f.clock.wall_us() - 1'000'000);
  f.backplane.deliver_mark();
  CHECK(f.hub.counters().last_probe == std::chrono::microseconds(0));
}

TEST_CASE("Without a command link no probe is missed") {
  HubFixture f;
  f.backplane.lose_command();
  f.clock.advance(std::chrono::seconds(30));
  CHECK(f.backplane.replaced.empty());
  CHECK(f.hub.trouble() == "the backplane is not connected");
  f.backplane.trouble_text = "redis: refused";
  CHECK(f.hub.trouble() == "redis: refused");
}
