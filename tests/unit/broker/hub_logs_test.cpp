// What the logs must keep while rings are read, and what they give back behind that.

#include <catch2/catch.hpp>

#include "unit/broker/hub_fixture.h"

using namespace freshet::test;

namespace {

Hub::Options few_events() {
  Hub::Options options;
  options.log_events = 2;
  return options;
}

/// Events that only the ring has.
std::vector<Id> fill(ScriptedBackplane& backplane, const std::string& channel, int events) {
  std::vector<Id> ids;
  for (int i = 0; i < events; ++i) ids.push_back(backplane.lose(channel, std::to_string(i)));
  return ids;
}

/// A replay from the beginning of the ring on, with what came while it was read.
Frames whole(const std::vector<Id>& ids) {
  Frames frames{cursor_event(ids.front() - 1, "complete")};
  for (std::size_t i = 0; i < ids.size(); ++i) frames.push_back(event(ids[i], std::to_string(i)));
  return frames;
}

}  // namespace

TEST_CASE("A log is kept whole while a stream that needs it waits for another channel's ring") {
  HubFixture f(few_events());
  auto ids = fill(f.backplane, "a", 5);
  const auto stream = f.open({"a", "b"}, after(ids.front() - 1));
  f.backplane.confirm();
  f.backplane.confirm();
  f.backplane.deliver_mark();
  REQUIRE(f.backplane.reads.size() == 2);
  f.backplane.answer_read();
  ids.push_back(f.backplane.emit("a", "5"));
  f.backplane.answer_read();
  CHECK(f.sink.take() == whole(ids));
}

TEST_CASE("A log is kept whole while its ring is read, though the stream that asked for that has gone") {
  HubFixture f(few_events());
  auto ids = fill(f.backplane, "a", 2);
  auto gone = f.reading("a", after(ids.front() - 1));
  gone.reset();
  for (int i = 2; i < 6; ++i) ids.push_back(f.backplane.emit("a", std::to_string(i)));
  const auto stream = f.open({"a"}, after(ids.front() - 1));
  f.backplane.deliver_mark();
  f.backplane.answer_read();
  CHECK(f.reads("a") == 1);
  CHECK(f.sink.take() == whole(ids));
}

TEST_CASE("A log whose ring is being read gives nothing away, however full the logs are") {
  Hub::Options options;
  options.replay_budget_bytes = 20'000;
  HubFixture f(options);
  RecordingSink other;
  const auto busy = f.hub.subscribe({"b"}, {}, other);
  f.backplane.settle();
  auto ids = fill(f.backplane, "a", 2);
  const auto stream = f.reading("a", after(ids.front() - 1));
  for (int i = 2; i < 6; ++i) ids.push_back(f.backplane.emit("a", std::to_string(i)));
  for (int i = 0; i < 200; ++i) f.backplane.emit("b", std::string(200, 'x'));
  f.backplane.answer_read();
  CHECK(f.sink.take() == whole(ids));
  CHECK(f.hub.log_bytes() <= options.replay_budget_bytes);
}

TEST_CASE("Behind a replay of several channels each log keeps as many events as it is told") {
  HubFixture f(few_events());
  const auto ids = fill(f.backplane, "a", 5);
  fill(f.backplane, "b", 5);
  const auto stream = f.open({"a", "b"}, after(ids.front() - 1));
  f.backplane.settle();
  CHECK(f.sink.take().size() == 1 + 5 + 5);
  const auto near = f.open({"a"}, after(ids[2]));
  f.backplane.settle();
  CHECK(f.reads("a") == 1);
  const auto far = f.open({"a"}, after(ids[1]));
  f.backplane.settle();
  CHECK(f.reads("a") == 2);
}
