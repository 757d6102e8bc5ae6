// The clock's rules: docs/resume.md, "Clock" and "Evidence".

#include "broker/dataset_clock.h"

#include <catch2/catch.hpp>

#include "unit/broker/dataset_fixture.h"

using freshet::broker::Id;
using freshet::test::DatasetFixture;

namespace {

constexpr Id kSecond = DatasetFixture::kSecond;
constexpr Id kSkew = 10 * kSecond;

/// A clock that has been running for a while: last is the time.
struct Running : DatasetFixture {
  Running() {
    mark();
    now += 1'000 * kSecond;
    mark();
    fences.clear();
  }
};

}  // namespace

TEST_CASE("A mark moves the clock to now, and never back") {
  Running f;
  CHECK(f.mark().last == f.now);
  f.now += 5 * kSecond;
  CHECK(f.mark().last == f.now);
  const Id last = f.publish("a", "1");
  f.now -= 3 * kSecond;
  const auto clock = f.mark();
  CHECK(clock.last == last);
  CHECK(clock.now == f.now);
  CHECK(f.fences.empty());
}

TEST_CASE("A new life of the server leaves a hole and jumps ahead, but moves no floor") {
  Running f;
  const Id last = f.publish("a", "1");
  const Id floor = f.data.clock().floor;
  f.epoch = "e2";
  f.now += kSecond;
  const auto clock = f.mark();
  REQUIRE(clock.holes.size() == 1);
  CHECK(clock.holes.front() == freshet::broker::Hole{"e1", last, f.now + kSkew});
  CHECK(clock.last == f.now + kSkew);
  CHECK(clock.epoch == "e2");
  CHECK(clock.floor == floor);
  CHECK(f.fences.empty());
  CHECK(f.mark().holes.size() == 1);
}

TEST_CASE("A new life whose time is behind still jumps ahead of everything that was given out") {
  Running f;
  const Id last = f.publish("a", "1");
  f.epoch = "e2";
  f.now -= 500 * kSecond;
  CHECK(f.publish("a", "2") == last + 1 + kSkew + 0xe2 + 1);
}

TEST_CASE("Two lives that follow the same one while its clock runs ahead give out no id twice") {
  Running f;
  f.now -= 500 * kSecond;
  f.publish("a", "1");
  auto forgotten = f;
  forgotten.epoch = "a04000ff";
  f.epoch = "a03000ff";
  const Id of_one = f.publish("a", "2");
  const Id of_other = forgotten.publish("a", "2");
  CHECK(of_other == of_one + 0x1000);
}

TEST_CASE("Eight holes are kept, the newest") {
  Running f;
  for (int life = 2; life <= 11; ++life) {
    f.epoch = "e" + std::to_string(life);
    f.mark();
  }
  const auto& holes = f.data.clock().holes;
  REQUIRE(holes.size() == 8);
  CHECK(holes.front().epoch == "e3");
  CHECK(holes.back().epoch == "e10");
}

TEST_CASE("Evidence that fits the history changes nothing") {
  Running f;
  const Id last = f.publish("a", "1");
  const auto before = f.data.clock();
  CHECK(f.sync(last, "e1") == before);
  CHECK(f.sync(last - 1, "e1") == before);
  CHECK(f.sync(0, "") == before);
  CHECK(f.fences.empty());
}

TEST_CASE("A process that has seen more than the clock proves that history is lost") {
  Running f;
  const Id seen = f.publish("a", "1") + 5 * kSecond;
  const auto clock = f.sync(seen, "e1");
  const Id floor = seen + kSkew + 0xe1 + 1;  // what that life gave out beyond it must not come again
  CHECK(clock.last == floor);
  CHECK(clock.floor == floor);
  CHECK(f.fences == std::vector<Id>{floor});
  // Whoever says so again finds it known.
  CHECK(f.sync(seen, "e1").floor == floor);
  CHECK(f.fences.size() == 1);
}

TEST_CASE("Evidence from an earlier life is held against that life's hole") {
  Running f;
  const Id base = f.publish("a", "1");
  f.epoch = "e2";
  CHECK(f.sync(base, "e1").floor < base);
  CHECK(f.fences.empty());

  const auto before = f.data.clock();
  const auto clock = f.sync(base + 1, "e1");  // one more than that life left behind
  CHECK(clock.floor == before.last + 1);
  CHECK(clock.last == before.last + 1);
  CHECK(f.fences == std::vector<Id>{before.last + 1});
}

TEST_CASE("Evidence from a life that the dataset never had is loss") {
  Running f;
  const Id last = f.publish("a", "1");
  CHECK(f.sync(last, "another").floor == last + 1);
  CHECK(f.fences.size() == 1);
}

TEST_CASE("A changed TTL is a step of the clock, and the shortest earlier promise is kept") {
  Running f;
  const Id last = f.publish("a", "1");
  const auto floor = f.data.clock().floor;
  f.data.set_ttl(f.server(), 400 * kSecond, f.bus());
  auto clock = f.data.clock();
  CHECK(clock.ttl == 400 * kSecond);
  CHECK(clock.ttl_before == 100 * kSecond);
  CHECK(clock.ttl_since == last + 1);
  CHECK(clock.last == last + 1);
  CHECK(clock.floor == floor);

  f.now += 50 * kSecond;
  f.data.set_ttl(f.server(), 50 * kSecond, f.bus());
  clock = f.data.clock();
  CHECK(clock.ttl_before == 100 * kSecond);
  CHECK(clock.ttl_since == f.now);

  f.data.set_ttl(f.server(), 200 * kSecond, f.bus());
  CHECK(f.data.clock().ttl_before == 50 * kSecond);
  CHECK(f.fences.empty());
}

TEST_CASE("The same TTL again changes nothing") {
  Running f;
  const auto before = f.data.clock();
  f.data.set_ttl(f.server(), 100 * kSecond, f.bus());
  CHECK(f.data.clock() == before);
}

TEST_CASE("A dataset that forgot everything is refused by its first evidence") {
  Running f;
  const Id last = f.publish("a", "1");
  f.data.clear();
  f.now = last;  // the time alone would not tell
  const auto clock = f.sync(last + 60 * kSecond, "e1");
  const Id floor = last + 60 * kSecond + kSkew + 0xe1 + 1;
  CHECK(clock.floor == floor);
  CHECK(f.fences == std::vector<Id>{last + kSkew, floor});
}
