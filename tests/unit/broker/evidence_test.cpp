#include "broker/evidence.h"

#include <catch2/catch.hpp>

using freshet::broker::DatasetClock;
using freshet::broker::Evidence;

namespace {

DatasetClock clock_of(const std::string& epoch, freshet::broker::Id last) {
  DatasetClock clock;
  clock.epoch = epoch;
  clock.last = last;
  return clock;
}

/// Of the life e1, told of up to 100.
Evidence of_first_life() {
  Evidence evidence;
  REQUIRE_FALSE(evidence.answered(clock_of("e1", 100)));
  return evidence;
}

}  // namespace

TEST_CASE("Without any answer there is nothing to claim") {
  const Evidence evidence;
  CHECK(evidence.claim().highest == 0);
  CHECK(evidence.claim().epoch.empty());
}

TEST_CASE("What was told by answers and marks is claimed, with its life") {
  auto evidence = of_first_life();
  evidence.marked(150);
  evidence.marked(140);
  CHECK(evidence.claim().highest == 150);
  CHECK(evidence.claim().epoch == "e1");
  CHECK(evidence.is_of("e1"));
}

TEST_CASE("A mark vouches for the events before it") {
  auto evidence = of_first_life();
  evidence.delivered(120);
  CHECK(evidence.claim().highest == 100);
  CHECK(evidence.highest() == 120);
  evidence.marked(110);
  CHECK(evidence.claim().highest == 120);
}

TEST_CASE("An event after the last mark that the dataset has forgotten is the next claim, once") {
  auto evidence = of_first_life();
  evidence.delivered(120);
  auto next = clock_of("e2", 1300);
  next.holes = {{"e1", 110, 1200}};
  const auto claim = evidence.answered(next);
  REQUIRE(claim);
  CHECK(claim->highest == 120);
  CHECK(claim->epoch == "e1");
  CHECK(evidence.is_of("e2"));
  CHECK_FALSE(evidence.answered(next));
}

TEST_CASE("An event beyond the clock is the next claim") {
  auto evidence = of_first_life();
  evidence.delivered(120);
  const auto claim = evidence.answered(clock_of("e1", 110));
  REQUIRE(claim);
  CHECK(claim->highest == 120);
}

TEST_CASE("An event that the dataset still has, or one of its new life, is no claim") {
  auto next = clock_of("e2", 1300);
  next.holes = {{"e1", 110, 1200}};
  for (const freshet::broker::Id id : {110U, 1200U, 1250U}) {
    auto evidence = of_first_life();
    evidence.delivered(id);
    CHECK_FALSE(evidence.answered(next));
    CHECK(evidence.claim().highest == 1300);
    CHECK(evidence.claim().epoch == "e2");
  }
}
