// What a message, a ring or a server says is not always all there was: when the hub looks again, and what it tells.

#include "broker/record.h"
#include "hub_fixture.h"

using namespace freshet::test;
using freshet::broker::encode_record;
using freshet::broker::Record;

namespace {

constexpr Id kSecond = ScriptedBackplane::kSecond;
constexpr Id kStart = ScriptedBackplane::kStart;

/// The server goes on in another life, whose dataset knows all of the one before.
void rename(ScriptedBackplane& backplane, const std::string& epoch) {
  auto& clock = backplane.clock;
  const Id ended = clock.last;
  clock.last += 10 * kSecond;
  clock.holes.push_back({clock.epoch, ended, clock.last});
  clock.epoch = epoch;
}

std::string of_next_version(const std::string& record) { return record.substr(0, 1) + "2" + record.substr(2); }

}  // namespace

TEST_CASE("An event that is a day ahead of all marks reaches its stream, as the ring keeps it") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.backplane.pass(2 * 86400 * kSecond);  // the time has leapt, and no mark has told
  const Id id = f.backplane.emit("a", "1");
  CHECK(f.hub.counters().rejected.at("future") == 1);
  CHECK(f.sink.frames.empty());
  f.backplane.settle();
  const auto frames = f.sink.take();
  REQUIRE_FALSE(frames.empty());
  CHECK(frames.back() == event(id, "1"));
}

TEST_CASE("A record that only a newer version reads is a gap, and while the ring holds it a stream is told") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.backplane.lose("a", "new");
  auto& newest = f.backplane.rings["a"].front();
  newest = of_next_version(newest);
  f.hub.on_message("a", newest);
  CHECK(f.hub.counters().rejected.at("version") == 1);
  f.backplane.settle();
  const auto frames = f.sink.take();
  REQUIRE(frames.size() == 1);
  CHECK(frames.front().find(R"("reason":"trimmed","channels":["a"])") != std::string::npos);
}

TEST_CASE("An empty ring may have expired before the time went back") {
  HubFixture f;
  const Id ahead = kStart + 7200 * kSecond;
  const auto stream = f.live({"a"});
  f.backplane.clock.last = ahead;  // as marks have told it while the time was ahead
  f.backplane.clock.now = kStart + kSecond;
  RecordingSink other;
  const auto returning = f.hub.subscribe({"b"}, after(kStart + 1), other);
  f.backplane.settle();
  REQUIRE(other.frames.size() == 1);
  CHECK(other.take() == Frames{reset_event(ahead, "expired", R"("b")")});
}

TEST_CASE("A ring that was cut takes nothing away that the log has proven") {
  HubFixture f;
  const auto held = f.live({"a"});
  const Id first = f.backplane.emit("a", "1");
  for (const auto* data : {"2", "3", "4"}) f.backplane.emit("a", data);
  f.backplane.rings["a"].resize(2);
  RecordingSink old;  // the ring of "a" is read for it
  const auto late = f.hub.subscribe({"a"}, after(kStart - 10 * kSecond), old);
  f.backplane.deliver_mark();
  REQUIRE(f.backplane.reads == std::deque<std::string>{"a"});
  RecordingSink other;  // has all it needs of "a" in the log, and waits for the ring of "b"
  const auto both = f.hub.subscribe({"a", "b"}, after(first), other);
  f.backplane.settle();
  const auto frames = other.take();
  REQUIRE(frames.size() == 4);
  CHECK(frames.front() == cursor_event(first, "complete"));
}

TEST_CASE("Streams whose server was another one for a while are told what its standing connection did not carry") {
  HubFixture f;
  const auto stream = f.live({"a", "b"});
  f.backplane.emit("a", "1");
  f.backplane.settle();
  f.sink.take();
  f.backplane.lose("a", "missed");
  f.backplane.emit("b", "later");
  CHECK(f.sink.take().size() == 1);
  rename(f.backplane, "e2");
  f.pass(std::chrono::seconds(1));
  const auto frames = f.sink.take();
  REQUIRE(frames.size() == 1);
  CHECK(frames.front().find(R"("reason":"trimmed","channels":["a"])") != std::string::npos);
}

TEST_CASE("A new life of the server in which nothing is missing is not told to anybody") {
  HubFixture f;
  const auto stream = f.live({"a", "b"});
  f.backplane.emit("a", "1");
  f.backplane.emit("b", "2");
  f.sink.take();
  rename(f.backplane, "e2");
  f.pass(std::chrono::seconds(1));
  CHECK(f.sink.take().empty());
  const Id id = f.backplane.emit("b", "3");
  CHECK(f.sink.take() == Frames{event(id, "3")});
}

TEST_CASE("Evidence that a dataset refuses is given up: its streams begin anew in its history") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.backplane.emit("a", "1");
  f.sink.take();
  f.backplane.lose_command();
  f.hub.on_command_up();
  REQUIRE(f.backplane.syncs.back().highest > 0);
  f.backplane.rings.clear();
  f.backplane.clock = {};
  f.backplane.clock.last = f.backplane.clock.floor = f.backplane.clock.now = 5 * kSecond;
  f.backplane.clock.epoch = "e9";
  f.backplane.clock.ttl = f.backplane.clock.ttl_before = 3600 * kSecond;
  --f.backplane.unanswered_syncs;
  f.hub.on_evidence_refused();
  CHECK(f.backplane.syncs.back() == ScriptedBackplane::Sync{0, ""});
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{reset_event(5 * kSecond, "history-lost", R"("a")")});
  const Id id = f.backplane.emit("a", "2");
  CHECK(f.sink.take() == Frames{event(id, "2")});
}
