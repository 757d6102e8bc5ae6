#include "server/event_stream.h"

#include <catch2/catch.hpp>
#include <string>

#include "unit/broker/hub_fixture.h"

using freshet::broker::Pace;
using freshet::server::BufferBudget;
using freshet::server::EventStream;
using freshet::server::Statistics;
using freshet::server::Visitor;
using freshet::sse::Frame;
using freshet::sse::FramePtr;
using freshet::test::HubFixture;

namespace {

class Owner final : public EventStream::Owner {
 public:
  void stream_changed() override { ++changes; }
  [[nodiscard]] std::size_t unsent_bytes() const override { return unsent; }
  [[nodiscard]] std::size_t buffer_bytes() const override { return bound; }
  [[nodiscard]] BufferBudget& budget() override { return shared_budget; }
  [[nodiscard]] Statistics& statistics() override { return counted; }

  int changes = 0;
  std::size_t unsent = 0;
  std::size_t bound = 400;
  std::size_t total_bytes = 1'000;
  BufferBudget shared_budget{total_bytes};
  Statistics counted;
};

struct Fixture {
  /// An event of so many bytes on the wire.
  [[nodiscard]] static FramePtr frame(std::size_t bytes) {
    auto made = Frame::encode({0, {}, {}});
    for (std::size_t data = 1; made->chunked().size() < bytes; ++data) {
      made = Frame::encode({0, {}, std::string(data, 'x')});
    }
    REQUIRE(made->chunked().size() == bytes);
    return made;
  }
  void write_out() { stream.wrote(stream.queue().size_bytes(), false, {}); }

  Owner owner;
  BufferBudget& budget = owner.shared_budget;
  EventStream stream{owner, Visitor({}), true, {}};
};

}  // namespace

TEST_CASE("A frame that was taken waits, is counted, and the owner hears of it") {
  Fixture f;
  CHECK(f.stream.offer(Fixture::frame(20), Pace::kLive));
  CHECK(f.stream.queue().size_bytes() == 20);
  CHECK(f.stream.events() == 1);
  CHECK(f.owner.counted.events_sent == 1);
  CHECK(f.owner.changes == 1);
  f.stream.push(freshet::sse::heartbeat());
  CHECK(f.stream.queue().size_bytes() == 27);
  CHECK(f.owner.changes == 2);
  CHECK(f.stream.offer(freshet::sse::stream_cursor(freshet::sse::Resume::kFresh, 1), Pace::kLive));
  CHECK(f.stream.events() == 1);  // the broker's own words are no events
}

TEST_CASE("The bound counts what the kernel holds") {
  Fixture f;
  REQUIRE(f.stream.offer(Fixture::frame(100), Pace::kLive));
  f.owner.unsent = 200;
  CHECK(f.stream.offer(Fixture::frame(100), Pace::kLive));
  CHECK_FALSE(f.stream.overflowed());
  CHECK_FALSE(f.stream.offer(Fixture::frame(20), Pace::kLive));
  CHECK(f.stream.overflowed());
}

TEST_CASE("Only what was written ends a silence") {
  Fixture f;
  const freshet::base::Instant later{std::chrono::seconds(5)};
  REQUIRE(f.stream.offer(Fixture::frame(20), Pace::kLive));
  f.stream.wrote(0, true, later);
  CHECK(f.stream.silence(later) == std::chrono::seconds(5));
  f.stream.wrote(1, true, later);
  CHECK(f.stream.silence(later) == std::chrono::seconds(0));
}

TEST_CASE("A stream that fell behind takes nothing more, and its owner is told to close it") {
  Fixture f;
  REQUIRE(f.stream.offer(Fixture::frame(300), Pace::kLive));
  const auto changes = f.owner.changes;
  CHECK_FALSE(f.stream.offer(Fixture::frame(200), Pace::kLive));
  CHECK(f.owner.changes == changes + 1);
  f.write_out();
  CHECK_FALSE(f.stream.offer(Fixture::frame(20), Pace::kLive));
  CHECK_FALSE(f.stream.offer(Fixture::frame(20), Pace::kReplay));
  CHECK(f.stream.queue().empty());
}

TEST_CASE("What a slow client makes wait is charged to all, and given back") {
  Fixture f;
  REQUIRE(f.stream.offer(Fixture::frame(100), Pace::kLive));
  CHECK(f.budget.used_bytes() == 0);  // nobody knows yet that the client is slow
  f.stream.wrote(40, true, {});
  CHECK(f.budget.used_bytes() == 60);
  REQUIRE(f.stream.offer(Fixture::frame(40), Pace::kLive));
  CHECK(f.budget.used_bytes() == 100);
  {
    f.owner.bound = 2'000;
    EventStream other(f.owner, Visitor({}), true, {});
    REQUIRE(other.offer(Fixture::frame(800), Pace::kLive));
    other.wrote(0, true, {});
    CHECK(f.budget.used_bytes() == 900);
    // Within the stream's own bound, but not within that of all.
    CHECK(other.offer(Fixture::frame(100), Pace::kLive));
    CHECK_FALSE(other.offer(Fixture::frame(20), Pace::kLive));
    CHECK(other.overflowed());
  }
  CHECK(f.budget.used_bytes() == 100);
  f.stream.wrote(100, false, {});
  CHECK(f.budget.used_bytes() == 0);
}

TEST_CASE("An event larger than the whole bound gets through when nothing waits") {
  Fixture f;
  const auto pace = GENERATE(Pace::kLive, Pace::kReplay);
  f.owner.unsent = 10'000;
  CHECK(f.stream.offer(Fixture::frame(5'000), pace));
  CHECK_FALSE(f.stream.overflowed());
}

TEST_CASE("A replay stops at a quarter of the bound, so that live events have room, and is no overflow") {
  Fixture f;
  REQUIRE(f.stream.offer(Fixture::frame(60), Pace::kReplay));
  REQUIRE(f.stream.offer(Fixture::frame(40), Pace::kReplay));
  CHECK_FALSE(f.stream.offer(Fixture::frame(20), Pace::kReplay));
  CHECK_FALSE(f.stream.overflowed());
  CHECK(f.stream.offer(Fixture::frame(100), Pace::kLive));
}

TEST_CASE("A replay that paused goes on once everything was written") {
  HubFixture hub;
  Fixture f;
  const auto first = hub.backplane.lose("a", std::string(50, 'x'));
  for (int i = 0; i < 20; ++i) hub.backplane.lose("a", std::string(50, 'x'));
  f.stream.attach(hub.hub.subscribe({"a"}, freshet::test::after(first - 1), f.stream));
  hub.backplane.settle();
  int pages = 0;
  while (!f.stream.queue().empty()) {
    REQUIRE(++pages < 100);
    CHECK(f.stream.queue().size_bytes() <= 100);
    f.write_out();
    f.stream.drained();
    hub.backplane.settle();
  }
  CHECK(f.stream.events() == 21);
  CHECK(pages > 10);
  f.stream.drained();  // nothing is paused any more
  CHECK(hub.backplane.marks.empty());
  f.stream.detach();
}

TEST_CASE("Events that came together wait as one frame and are counted one by one") {
  Fixture f;
  const std::vector<FramePtr> frames{Fixture::frame(20), Fixture::frame(30), Fixture::frame(25)};
  const auto joined = Frame::join(frames);
  CHECK(f.stream.offer_all(frames, joined) == 3);
  CHECK(f.stream.queue().size_bytes() == joined->chunked().size());
  CHECK(f.stream.events() == 3);
  CHECK(f.owner.counted.events_sent == 3);
}

TEST_CASE("Of events that came together a slow client takes as many as have room") {
  Fixture f;
  REQUIRE(f.stream.offer(Fixture::frame(100), Pace::kLive));
  const std::vector<FramePtr> frames{Fixture::frame(100), Fixture::frame(100), Fixture::frame(100),
                                     Fixture::frame(100)};
  CHECK(f.stream.offer_all(frames, Frame::join(frames)) == 3);
  CHECK(f.stream.queue().size_bytes() == 400);
  CHECK(f.stream.events() == 4);
  CHECK(f.stream.overflowed());
  CHECK(f.stream.offer_all(frames, Frame::join(frames)) == 0);
}

TEST_CASE("Events that came together do not get past a budget that is used up") {
  Fixture f;
  f.owner.bound = 4'000;
  REQUIRE(f.stream.offer(Fixture::frame(100), Pace::kLive));
  f.stream.wrote(10, true, {});
  f.budget.charge(0, 850);  // others
  const std::vector<FramePtr> frames{Fixture::frame(40), Fixture::frame(40)};
  CHECK(f.stream.offer_all(frames, Frame::join(frames)) == 1);
  CHECK(f.stream.overflowed());
  f.budget.charge(850, 0);
}
