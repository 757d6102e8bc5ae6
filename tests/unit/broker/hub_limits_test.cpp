// Bounds: pages, slow clients, positions of idle streams, the memory of the logs, and streams that go at any time.

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "unit/broker/hub_fixture.h"

using namespace freshet::test;

namespace {

constexpr Id kSecond = ScriptedBackplane::kSecond;

std::vector<Id> fill(ScriptedBackplane& backplane, const std::string& channel, int events) {
  std::vector<Id> ids;
  for (int i = 0; i < events; ++i) ids.push_back(backplane.lose(channel, std::to_string(i)));
  return ids;
}

Frames events_of(const std::vector<Id>& ids) {
  Frames frames;
  for (std::size_t i = 0; i < ids.size(); ++i) frames.push_back(event(ids[i], std::to_string(i)));
  return frames;
}

/// Takes pages until the replay is through.
Frames read_pages(HubFixture& f, freshet::broker::Subscription& stream, std::size_t page) {
  Frames frames;
  for (int pages = 0; pages < 100; ++pages) {
    const auto more = f.sink.take();
    frames.insert(frames.end(), more.begin(), more.end());
    if (f.sink.replay_room > 0) break;  // the page was not full: it was the last
    f.sink.replay_room = page;
    stream.resume();
    f.backplane.settle();
  }
  return frames;
}

}  // namespace

TEST_CASE("A replay is paced by its reader, page by page, and nothing is sent twice or left out") {
  HubFixture f;
  const auto ids = fill(f.backplane, "a", 10);
  f.sink.replay_room = 3;
  const auto stream = f.open({"a"}, after(ids.front() - 1));
  f.backplane.settle();
  CHECK(f.sink.frames.size() == 4);
  CHECK(stream->last_id() == ids[2]);
  auto frames = read_pages(f, *stream, 3);
  REQUIRE(frames.size() == 11);
  CHECK(frames.front() == cursor_event(ids.front() - 1, "complete"));
  frames.erase(frames.begin());
  CHECK(frames == events_of(ids));
  CHECK(f.reads("a") == 1);  // the log was kept for the pages
  CHECK(f.hub.counters().resets.empty());
}

TEST_CASE("What comes between two pages comes in its turn") {
  HubFixture f;
  auto ids = fill(f.backplane, "a", 4);
  f.sink.replay_room = 3;
  const auto stream = f.open({"a"}, after(ids.front() - 1));
  f.backplane.settle();
  f.sink.take();
  const Id live = f.backplane.emit("a", "live");
  CHECK(f.sink.take().empty());
  f.sink.replay_room = RecordingSink::kUnlimited;
  stream->resume();
  stream->resume();  // said twice, done once
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{event(ids[3], "3"), event(live, "live")});
}

TEST_CASE("A history that breaks between two pages is told with the next one") {
  HubFixture f;
  const auto ids = fill(f.backplane, "a", 4);
  f.sink.replay_room = 3;
  const auto stream = f.open({"a"}, after(ids.front() - 1));
  f.backplane.settle();
  f.sink.take();
  f.backplane.rings.clear();
  const Id floor = f.backplane.clock.last = f.backplane.clock.floor = f.backplane.clock.last + 1;
  f.hub.on_fence(floor);
  f.backplane.settle();
  CHECK(f.sink.take().empty());
  f.sink.replay_room = RecordingSink::kUnlimited;
  stream->resume();
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{reset_event(floor, "history-lost", R"("a")")});
}

TEST_CASE("A subscriber link lost between two pages costs nothing but a read") {
  HubFixture f;
  const auto ids = fill(f.backplane, "a", 5);
  f.sink.replay_room = 3;
  const auto stream = f.open({"a"}, after(ids.front() - 1));
  f.backplane.settle();
  f.sink.take();
  f.backplane.lose_subscriber();
  f.sink.replay_room = RecordingSink::kUnlimited;
  stream->resume();
  f.hub.on_subscriber_up();
  f.backplane.settle();
  CHECK(f.sink.take() == Frames{event(ids[3], "3"), event(ids[4], "4")});
}

TEST_CASE("A sink that cannot take a live frame gets nothing more") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.sink.takes_live = false;
  f.backplane.emit("a", "1");
  CHECK(f.sink.refused == 1);
  f.sink.takes_live = true;
  f.backplane.emit("a", "2");
  f.hub.on_message("a", "live-only");
  f.backplane.lose_subscriber();
  f.hub.on_subscriber_up();
  f.backplane.settle();
  f.pass(std::chrono::seconds(5));
  CHECK(f.sink.frames.empty());
  CHECK(f.sink.refused == 1);
}

TEST_CASE("One sink that refuses does not disturb the others") {
  HubFixture f;
  const auto stream = f.live({"a"});
  RecordingSink slow;
  slow.takes_live = false;
  const auto other = f.hub.subscribe({"a"}, {}, slow);
  f.backplane.settle();
  const Id id = f.backplane.emit("a", "1");
  CHECK(f.sink.take() == Frames{event(id, "1")});
  CHECK(slow.frames.empty());
}

TEST_CASE("An idle stream is told its position at a third of the TTL") {
  HubFixture f;
  f.backplane.clock.ttl = 60 * kSecond;
  const auto stream = f.live({"a"});
  const Id begin = stream->last_id();
  f.pass(std::chrono::seconds(19));
  CHECK(f.sink.take().empty());
  f.pass(std::chrono::seconds(6));
  const auto frames = f.sink.take();
  REQUIRE(frames.size() == 1);
  const Id position = stream->last_id();
  CHECK(frames.front() == cursor_event(position, "position"));
  CHECK(position >= begin + 20 * kSecond);
  CHECK(position <= f.backplane.clock.last);
  // An event moves the cursor, too.
  f.backplane.emit("a", "1");
  f.sink.take();
  f.pass(std::chrono::seconds(19));
  CHECK(f.sink.take().empty());
}

TEST_CASE("The logs stay within their budget, and a client that they no longer serve reads the ring") {
  Hub::Options options;
  options.replay_budget_bytes = 20'000;
  HubFixture f(options);
  const auto stream = f.live({"a", "b", "c"});
  const std::string data(200, 'x');
  const Id first = f.backplane.emit("a", data);
  for (int i = 0; i < 300; ++i) {
    f.backplane.emit(std::string(1, static_cast<char>('a' + i % 3)), data);
    REQUIRE(f.hub.log_bytes() <= options.replay_budget_bytes);
  }
  CHECK(f.hub.log_bytes() > 0);
  CHECK(f.sink.take().size() == 301);

  const auto returning = f.open({"a"}, after(first - 1));
  f.backplane.settle();
  CHECK(f.reads("a") == 1);
  const auto frames = f.sink.take();
  REQUIRE(frames.size() == 102);
  CHECK(frames.front() == cursor_event(first - 1, "complete"));
  CHECK(f.hub.log_bytes() <= options.replay_budget_bytes);
}

TEST_CASE("A log keeps as many events as it is told") {
  Hub::Options options;
  options.log_events = 2;
  HubFixture f(options);
  const auto stream = f.live({"a"});
  std::vector<Id> ids;
  for (int i = 0; i < 4; ++i) ids.push_back(f.backplane.emit("a", std::to_string(i)));
  f.sink.take();
  const auto near = f.open({"a"}, after(ids[1]));
  f.backplane.settle();
  CHECK(f.reads("a") == 0);
  const auto far = f.open({"a"}, after(ids[0]));
  f.backplane.settle();
  CHECK(f.reads("a") == 1);
  CHECK(f.sink.take().size() == 3 + 4);
}

TEST_CASE("Ring reads beyond the budget wait for those under way") {
  Hub::Options options;
  options.replay_budget_bytes = 5'000;  // one read of the size that is expected at first
  HubFixture f(options);
  std::vector<std::string> channels;
  for (char name = 'a'; name <= 'e'; ++name) channels.emplace_back(1, name);
  const Id first = f.backplane.lose("a", "1");
  const auto stream = f.open(channels, after(first - 1));
  for (int i = 0; i < 5; ++i) f.backplane.confirm();
  f.backplane.deliver_mark();
  int reads = 0;
  for (; !f.backplane.reads.empty(); ++reads) {
    CHECK(f.backplane.reads.size() == 1);
    f.backplane.answer_read();
  }
  CHECK(reads == 5);
  CHECK(f.sink.take() == Frames{cursor_event(first - 1, "complete"), event(first, "1")});
}

TEST_CASE("A stream may go in every state, and leaves nothing behind") {
  HubFixture f;
  const auto ids = fill(f.backplane, "a", 5);
  RecordingSink other_sink;
  auto other = f.hub.subscribe({"a", "b"}, {}, other_sink);
  f.backplane.settle();
  other_sink.take();

  const std::string state = GENERATE("unconfirmed", "waiting", "reading", "live", "paused", "closed", "held");
  CAPTURE(state);
  if (state == "paused") f.sink.replay_room = 2;
  auto stream = f.open({"c", "a"}, state == "live" || state == "closed" ? Cursor{} : after(ids.front() - 1));
  if (state != "unconfirmed") f.backplane.confirm();
  if (state == "reading") f.backplane.deliver_mark();
  if (state != "unconfirmed" && state != "waiting" && state != "reading") f.backplane.settle();
  if (state == "closed") f.sink.takes_live = false;
  if (state == "closed") f.backplane.emit("c", "too much");
  if (state == "held") f.hub.on_fence(1);
  f.sink.take();
  stream.reset();
  f.backplane.settle();
  CHECK(f.sink.frames.empty());

  other_sink.take();
  const Id id = f.backplane.emit("a", "still here");
  CHECK(other_sink.take() == Frames{event(id, "still here")});
  f.pass(std::chrono::seconds(7));
  CHECK(f.hub.channel_count() == 2);
  other.reset();
  f.pass(std::chrono::seconds(7));
  CHECK(f.hub.channel_count() == 0);
  CHECK(f.hub.log_bytes() == 0);
  CHECK(f.backplane.reads.empty());
}

TEST_CASE("Messages that were read at once reach their streams at the end of the batch, as one frame") {
  /// Takes what is joined as it comes.
  class JoiningSink final : public freshet::broker::Sink {
   public:
    [[nodiscard]] bool offer(const freshet::sse::FramePtr& frame, freshet::broker::Pace /*pace*/) override {
      frames.emplace_back(frame->plain());
      return true;
    }
    [[nodiscard]] std::size_t offer_all(std::span<const freshet::sse::FramePtr> all,
                                        const freshet::sse::FramePtr& joined) override {
      frames.emplace_back(joined->plain());
      return all.size();
    }
    Frames frames;
  };
  HubFixture f;
  JoiningSink sink;
  const auto stream = f.hub.subscribe({"a"}, {}, sink);
  f.backplane.settle();
  sink.frames.clear();
  f.hub.on_batch_begin();
  const Id first = f.backplane.emit("a", "1");
  f.hub.on_message("a", "typing");
  const Id last = f.backplane.emit("a", "2");
  f.hub.on_message("a", "typing");
  CHECK(sink.frames.empty());
  f.hub.on_batch_end();
  CHECK(sink.frames == Frames{event(first, "1") + "data: typing\n\n" + event(last, "2") + "data: typing\n\n"});
  CHECK(stream->last_id() == last);
}

TEST_CASE("A stream on two channels gets a batch in the order of its messages") {
  HubFixture f;
  const auto stream = f.live({"a", "b"});
  f.hub.on_batch_begin();
  const Id one = f.backplane.emit("a", "1");
  const Id two = f.backplane.emit("a", "2");
  const Id three = f.backplane.emit("b", "3");
  const Id four = f.backplane.emit("a", "4");
  f.hub.on_batch_end();
  CHECK(f.sink.take() == Frames{event(one, "1"), event(two, "2"), event(three, "3"), event(four, "4")});
  CHECK(stream->last_id() == four);
}

TEST_CASE("Whatever comes within a batch finds its messages handed on") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.hub.on_batch_begin();
  const Id one = f.backplane.emit("a", "1");
  const Id two = f.backplane.emit("a", "2");
  const auto what = GENERATE(0, 1, 2, 3, 4, 5);
  if (what == 0) f.hub.on_fence(one);
  if (what == 1) f.hub.on_mark(999, f.backplane.clock);
  if (what == 2) f.hub.on_subscriber_down();
  if (what == 3) f.hub.on_command_down();
  if (what == 4) static_cast<void>(f.open({"b"}));
  if (what == 5) f.hub.on_synced(f.backplane.clock);
  CHECK(stream->last_id() == two);
  REQUIRE(f.sink.frames.size() >= 2);
  CHECK(f.sink.frames[0] == event(one, "1"));
  CHECK(f.sink.frames[1] == event(two, "2"));
  f.hub.on_batch_end();
}

TEST_CASE("A slow client of a batch is where its last event was") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.hub.on_batch_begin();
  const Id one = f.backplane.emit("a", "1");
  f.hub.on_message("a", "typing");
  f.backplane.emit("a", "2");
  f.sink.live_room = 2;
  f.hub.on_batch_end();
  CHECK(f.sink.frames == Frames{event(one, "1"), "data: typing\n\n"});
  CHECK(stream->last_id() == one);
  f.sink.live_room = RecordingSink::kUnlimited;
  f.backplane.emit("a", "3");
  CHECK(f.sink.frames.size() == 2);  // what it did not take is missing: it is given nothing more
}

TEST_CASE("A batch of live-only messages leaves a stream where it was") {
  HubFixture f;
  const auto stream = f.live({"a"});
  const Id one = f.backplane.emit("a", "1");
  f.hub.on_batch_begin();
  f.hub.on_message("a", "typing");
  f.hub.on_message("a", "typing");
  f.hub.on_batch_end();
  CHECK(f.sink.frames.size() == 3);
  CHECK(stream->last_id() == one);
}

TEST_CASE("A missing message within a batch: what came before it is handed on, what comes after it is read") {
  HubFixture f;
  const auto stream = f.live({"a"});
  f.hub.on_batch_begin();
  const Id one = f.backplane.emit("a", "1");
  const Id two = f.backplane.emit("a", "2");
  const Id lost = f.backplane.lose("a", "3");
  const Id four = f.backplane.emit("a", "4");
  f.hub.on_batch_end();
  CHECK(f.sink.frames == Frames{event(one, "1"), event(two, "2")});
  f.backplane.settle();
  CHECK(f.sink.frames == Frames{event(one, "1"), event(two, "2"), event(lost, "3"), event(four, "4")});
  CHECK(f.hub.counters().resets.empty());
}

TEST_CASE("A stream that goes within a batch is given nothing more, and the others all of it") {
  HubFixture f;
  freshet::test::RecordingSink other;
  auto stream = f.live({"a"});
  const auto stays = f.hub.subscribe({"a"}, {}, other);
  f.backplane.settle();
  other.take();
  f.hub.on_batch_begin();
  const Id one = f.backplane.emit("a", "1");
  const Id two = f.backplane.emit("a", "2");
  stream.reset();
  f.hub.on_batch_end();
  CHECK(f.sink.frames.empty());
  CHECK(other.frames == Frames{event(one, "1"), event(two, "2")});
}

TEST_CASE("In a storm streams share marks, and none waits long for one") {
  HubFixture f;
  const auto known = f.live({"a"});
  std::vector<std::unique_ptr<freshet::broker::Subscription>> streams;
  for (int i = 0; i < 100; ++i) {
    streams.push_back(f.open({"a"}));
    f.backplane.settle();
  }
  const auto at_once = f.sink.take().size();
  CHECK(at_once > 10);
  CHECK(at_once < 50);
  f.clock.advance(std::chrono::milliseconds(2));
  CHECK(f.backplane.marks.size() == 1);
  f.backplane.settle();
  CHECK(at_once + f.sink.take().size() == 100);
}

TEST_CASE("Very many channels that fell idle together are released some in each turn, until all are") {
  constexpr std::size_t kChannels = 5'000;
  constexpr std::size_t kAtOnce = 1'000;
  HubFixture f;
  std::vector<std::unique_ptr<freshet::broker::Subscription>> streams;
  for (std::size_t i = 0; i < kChannels; ++i) streams.push_back(f.open({"c" + std::to_string(i)}));
  f.backplane.settle();
  streams.clear();
  f.pass(std::chrono::seconds(4));
  REQUIRE(f.hub.channel_count() == kChannels);

  // In the turn after the tick, with the most still to come: the first one is used again, and another one falls idle.
  std::unique_ptr<freshet::broker::Subscription> returned;
  std::unique_ptr<freshet::broker::Subscription> gone;
  const auto between = f.clock.after(std::chrono::seconds(1), [&] {
    CHECK(f.hub.channel_count() > kChannels - kAtOnce);
    CHECK(f.hub.channel_count() < kChannels);
    returned = f.open({"c0"});
    gone = f.open({"new"});
    f.backplane.settle();
    gone.reset();
  });
  f.pass(std::chrono::seconds(1));
  REQUIRE(returned);
  CHECK(f.hub.channel_count() == 2);
  CHECK(f.backplane.most_unsubscribed_at_once < kAtOnce);
  auto& released = f.backplane.unsubscribed;
  std::sort(released.begin(), released.end());
  CHECK(std::unique(released.begin(), released.end()) - released.begin() == kChannels - 1);
  CHECK(std::count(released.begin(), released.end(), "c0") == 0);
  f.sink.take();
  const Id id = f.backplane.emit("c0", "still here");
  CHECK(f.sink.take() == Frames{event(id, "still here")});

  f.pass(std::chrono::seconds(7));
  CHECK(f.hub.channel_count() == 1);
}

TEST_CASE("A hub may end while channels are being released") {
  HubFixture f;
  auto hub = std::make_unique<Hub>(f.clock, f.backplane, Hub::Options{});
  hub->start();
  std::vector<std::unique_ptr<freshet::broker::Subscription>> streams;
  for (int i = 0; i < 2'000; ++i) streams.push_back(hub->subscribe({"c" + std::to_string(i)}, {}, f.sink));
  streams.clear();
  f.clock.advance(std::chrono::seconds(4));
  std::size_t left = 0;
  const auto between = f.clock.after(std::chrono::seconds(1), [&] {
    left = hub->channel_count();
    hub.reset();
  });
  f.clock.advance(std::chrono::seconds(10));
  CHECK(left > 0);
  CHECK(left < 2'000);
}
