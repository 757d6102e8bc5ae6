// What a process has seen of the dataset, shown to it before anything that it tells is believed.

#include <catch2/catch.hpp>

#include "unit/broker/hub_fixture.h"

using namespace freshet::test;

namespace {

/// The server comes back with a new life, which knows nothing of what it handed out from `told` to `lost`.
void begin_new_life(ScriptedBackplane& backplane, Id told, Id lost) {
  backplane.clock.epoch = "e2";
  backplane.clock.holes = {{"e1", told, lost}};
  backplane.clock.last = lost;
}

}  // namespace

TEST_CASE("A history that began anew below what was seen is not believed before the evidence was shown") {
  HubFixture f;
  const auto stream = f.live({"a"});
  const Id told = f.backplane.clock.last;
  const Id seen = f.backplane.emit("a", "1");
  f.sink.take();
  // FLUSHALL while ids run ahead; by now the new history has passed what was seen of the old one.
  f.backplane.rings.clear();
  f.backplane.clock.floor = seen - 1;
  f.backplane.clock.last = seen + 100;
  f.hub.on_fence(f.backplane.clock.floor);
  const Id anew = f.backplane.emit("a", "of the new history");
  RecordingSink back_sink;
  const auto back = f.hub.subscribe({"a"}, after(seen), back_sink);
  f.backplane.deliver_mark();
  CHECK(f.backplane.syncs.back() == ScriptedBackplane::Sync{told, "e1"});
  f.backplane.answer_sync();
  CHECK(f.backplane.syncs.back() == ScriptedBackplane::Sync{seen, "forgotten"});
  CHECK(f.backplane.marks.empty());
  const Id floor = f.backplane.clock.last = f.backplane.clock.floor = f.backplane.clock.last + 1;
  f.hub.on_fence(floor);
  f.backplane.settle();
  const auto frames = Frames{reset_event(anew - 1, "history-lost", R"("a")"), event(anew, "of the new history")};
  CHECK(f.sink.take() == frames);
  CHECK(back_sink.take() == frames);
}

TEST_CASE("A claim that the dataset did not answer is shown again") {
  HubFixture f;
  const auto stream = f.live({"a"});
  const Id told = f.backplane.clock.last;
  const Id seen = f.backplane.emit("a", "1");
  f.backplane.lose_command();
  f.backplane.clock.epoch = "e2";
  f.backplane.clock.holes = {{"e1", told, seen + 1000}};
  f.backplane.clock.last = seen + 1000;
  f.hub.on_command_up();
  f.backplane.answer_sync();
  REQUIRE(f.backplane.syncs.back() == ScriptedBackplane::Sync{seen, "e1"});
  f.backplane.lose_command();
  f.hub.on_command_up();
  CHECK(f.backplane.syncs.back() == ScriptedBackplane::Sync{seen + 1000, "e2"});
  f.backplane.answer_sync();
  CHECK(f.backplane.syncs.back() == ScriptedBackplane::Sync{seen, "e1"});
  CHECK(f.backplane.marks.empty());
  const auto shown = f.backplane.syncs.size();
  f.backplane.answer_sync();
  CHECK(f.backplane.syncs.size() == shown);
  CHECK_FALSE(f.backplane.marks.empty());
}

TEST_CASE("The evidence of a process is the highest id or clock that it was told of") {
  HubFixture f;
  CHECK(f.backplane.syncs == std::vector<ScriptedBackplane::Sync>{{0, ""}});
  const auto stream = f.live({"a"});
  const Id seen = f.backplane.emit("a", "1");
  f.pass(std::chrono::seconds(1));
  const Id marked = f.backplane.clock.last;
  REQUIRE(marked > seen);
  f.backplane.lose_command();
  f.hub.on_command_up();
  CHECK(f.backplane.syncs.back() == ScriptedBackplane::Sync{marked, "e1"});

  auto synced = f.backplane.clock;
  synced.last = marked + 7;
  synced.epoch = "e2";
  f.hub.on_synced(synced);
  f.backplane.lose_command();
  f.hub.on_command_up();
  CHECK(f.backplane.syncs.back() == ScriptedBackplane::Sync{marked + 7, "e2"});
}

TEST_CASE("An event after the last mark that a new life of the dataset does not know is shown in a second step") {
  HubFixture f;
  const auto stream = f.live({"a"});
  const Id told = f.backplane.clock.last;
  const Id seen = f.backplane.emit("a", "1");
  f.backplane.lose_command();
  f.backplane.lose_subscriber();
  begin_new_life(f.backplane, told, seen + 1000);
  f.hub.on_command_up();
  CHECK(f.backplane.syncs.back() == ScriptedBackplane::Sync{told, "e1"});
  f.backplane.answer_sync();
  CHECK(f.backplane.syncs.back() == ScriptedBackplane::Sync{seen, "e1"});
  CHECK(f.backplane.marks.empty());
  f.backplane.answer_sync();
  CHECK(f.backplane.syncs.back() == ScriptedBackplane::Sync{seen, "e1"});
  CHECK(f.backplane.marks.size() == 1);
}

TEST_CASE("Events that are heard before the dataset has answered are no evidence, and no mark is asked for") {
  HubFixture f;
  const auto stream = f.live({"a"});
  const Id told = f.backplane.clock.last;
  f.backplane.lose_command();
  f.backplane.lose_subscriber();
  f.hub.on_subscriber_up();
  f.backplane.confirm();
  f.backplane.clock.epoch = "e2";
  f.backplane.emit("a", "of the next life");
  f.hub.on_command_up();
  CHECK(f.backplane.syncs.back() == ScriptedBackplane::Sync{told, "e1"});
  CHECK(f.backplane.marks.empty());
  f.backplane.answer_sync();
  CHECK(f.backplane.marks.size() == 1);
}

TEST_CASE("A mark of another life of the server is not believed before the evidence was shown") {
  HubFixture f;
  const auto stream = f.live({"a"});
  const Id told = f.backplane.clock.last;
  const auto before = f.backplane.syncs.size();
  begin_new_life(f.backplane, told, told + 1000);
  // An event of the new life, before anyone was told of that: no evidence against it.
  const Id seen = f.backplane.emit("a", "1");
  f.backplane.pass(ScriptedBackplane::kSecond);
  f.clock.advance(std::chrono::seconds(1));
  f.backplane.deliver_mark();
  REQUIRE(f.backplane.syncs.size() == before + 1);
  CHECK(f.backplane.syncs.back() == ScriptedBackplane::Sync{told, "e1"});
  CHECK(f.hub.highest_seen() == seen);
  f.backplane.settle();
  CHECK(f.backplane.syncs.size() == before + 1);
  CHECK(f.hub.highest_seen() == f.backplane.clock.last);
}
