#include "broker/evidence.h"

#include <catch2/catch.hpp>

using freshet::broker::DatasetClock;
using freshet::broker::Evidence;
using freshet::broker::Id;

namespace {

DatasetClock clock_of(const std::string& epoch, Id last, Id floor = 10) {
  DatasetClock clock;
  clock.epoch = epoch;
  clock.last = last;
  clock.floor = floor;
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
  Evidence evidence;
  CHECK(evidence.claim().highest == 0);
  CHECK(evidence.claim().epoch.empty());
}

TEST_CASE("What was told by answers and marks is claimed, with its life") {
  auto evidence = of_first_life();
  evidence.marked(clock_of("e1", 150));
  evidence.marked(clock_of("e1", 140));
  CHECK(evidence.claim().highest == 150);
  CHECK(evidence.claim().epoch == "e1");
  CHECK(evidence.agrees_with(clock_of("e1", 150)));
  CHECK_FALSE(evidence.agrees_with(clock_of("e2", 150)));
}

TEST_CASE("A mark vouches for the events before it, and what lies above it was no event") {
  auto evidence = of_first_life();
  evidence.delivered(120);
  CHECK(evidence.claim().highest == 100);
  CHECK(evidence.highest() == 120);
  evidence.marked(clock_of("e1", 130));
  CHECK(evidence.claim().highest == 130);
  evidence.delivered(900);
  evidence.marked(clock_of("e1", 140));
  CHECK(evidence.highest() == 140);
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
  CHECK_FALSE(evidence.answered(next));
  CHECK(evidence.claim().epoch == "e2");
}

TEST_CASE("A claim that was not answered follows the first one of the next connection") {
  auto evidence = of_first_life();
  evidence.delivered(120);
  auto next = clock_of("e2", 1300);
  next.holes = {{"e1", 110, 1200}};
  REQUIRE(evidence.answered(next));
  CHECK(evidence.claim().epoch == "e2");
  next.holes.push_back({"e2", 1310, 1400});
  next.epoch = "e3";
  const auto claim = evidence.answered(next);
  REQUIRE(claim);
  CHECK(claim->highest == 120);
  CHECK(claim->epoch == "e1");
  CHECK_FALSE(evidence.answered(next));
}

TEST_CASE("Of two claims on one life that were not answered the higher one is left") {
  auto evidence = of_first_life();
  auto next = clock_of("e2", 1300);
  next.holes = {{"e1", 110, 1200}};
  for (const Id id : {120U, 130U, 125U}) {
    evidence.delivered(id);
    REQUIRE(evidence.answered(next));
    CHECK(evidence.claim().epoch == "e2");
  }
  CHECK(evidence.answered(next)->highest == 130);
  CHECK_FALSE(evidence.answered(next));
}

TEST_CASE("Another floor is agreed with only above all that was seen") {
  auto evidence = of_first_life();
  evidence.delivered(120);
  CHECK(evidence.agrees_with(clock_of("e1", 200, 121)));
  CHECK_FALSE(evidence.agrees_with(clock_of("e1", 200, 120)));
  CHECK_FALSE(evidence.agrees_with(clock_of("e1", 200, 105)));
  CHECK(evidence.agrees_with(clock_of("e1", 200, 10)));
}

TEST_CASE("What was seen at or above another floor is a claim that no life explains, once") {
  auto evidence = of_first_life();
  evidence.delivered(120);
  const auto anew = clock_of("e1", 200, 115);
  const auto claim = evidence.answered(anew);
  REQUIRE(claim);
  CHECK(claim->highest == 120);
  CHECK(claim->epoch == "forgotten");
  CHECK_FALSE(evidence.answered(clock_of("e1", 201, 201)));
  CHECK(evidence.agrees_with(clock_of("e1", 202, 201)));

  auto at_the_floor = of_first_life();
  at_the_floor.delivered(120);
  CHECK(at_the_floor.answered(clock_of("e1", 200, 120)));
}

TEST_CASE("A floor that moved above all that was seen is no claim") {
  auto evidence = of_first_life();
  evidence.delivered(120);
  CHECK_FALSE(evidence.answered(clock_of("e1", 200, 121)));
  evidence.marked(clock_of("e1", 210, 201));
  CHECK(evidence.claim().highest == 210);
  CHECK_FALSE(evidence.answered(clock_of("e1", 220, 201)));
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
  for (const Id id : {110U, 1200U, 1250U}) {
    auto evidence = of_first_life();
    evidence.delivered(id);
    CHECK_FALSE(evidence.answered(next));
    CHECK(evidence.claim().highest == 1300);
    CHECK(evidence.claim().epoch == "e2");
  }
}

TEST_CASE("An event of the old history that comes after the new one's answer is shown as forgotten") {
  auto evidence = of_first_life();
  evidence.marked(clock_of("e1", 55));
  // FLUSHALL while ids run ahead: the answer of the new history overtakes the last event of the old one.
  CHECK_FALSE(evidence.answered(clock_of("e1", 160, 150)));
  evidence.delivered(170);
  CHECK_FALSE(evidence.agrees_with(clock_of("e1", 161, 150)));
  CHECK_FALSE(evidence.agrees_with(clock_of("e1", 180, 150)));  // the new history may have passed it by then
  const auto claim = evidence.answered(clock_of("e1", 180, 150));
  REQUIRE(claim);
  CHECK(claim->highest == 170);
  CHECK(claim->epoch == "forgotten");
  CHECK_FALSE(evidence.answered(clock_of("e1", 200, 200)));
  CHECK(evidence.agrees_with(clock_of("e1", 201, 200)));
}

TEST_CASE("An event below the floor of a history that began above it is no reason to doubt that") {
  auto evidence = of_first_life();
  evidence.marked(clock_of("e1", 100));
  CHECK_FALSE(evidence.answered(clock_of("e1", 500, 400)));
  evidence.delivered(170);
  CHECK(evidence.agrees_with(clock_of("e1", 501, 400)));
}
