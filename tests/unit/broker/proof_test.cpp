#include "broker/proof.h"

#include <catch2/catch.hpp>

using freshet::broker::DatasetClock;
using freshet::broker::prove_ring;
using freshet::broker::Record;
using freshet::broker::refuse_cursor;
using freshet::sse::ResetReason;

namespace {

/// TTL 100, floor 50.
DatasetClock clock_at(freshet::broker::Id last) {
  DatasetClock clock;
  clock.last = last;
  clock.floor = 50;
  clock.ttl = clock.ttl_before = 100;
  return clock;
}

Record record(freshet::broker::Id id, freshet::broker::Id prev) { return {id, prev, {}, {}}; }

}  // namespace

TEST_CASE("A ring is complete above what its oldest record says was before it") {
  const auto bound = prove_ring(record(900, 880), 1000, 1000, clock_at(1000));
  CHECK(bound.base == 880);
  CHECK(bound.reason == ResetReason::kTrimmed);
}

TEST_CASE("A ring that began with its oldest record is complete above that one's TTL") {
  const auto bound = prove_ring(record(900, 0), 1000, 1000, clock_at(1000));
  CHECK(bound.base == 800);
  CHECK(bound.reason == ResetReason::kExpired);
}

TEST_CASE("An empty ring is complete above the TTL before now") {
  const auto bound = prove_ring({}, 1000, 1000, clock_at(1000));
  CHECK(bound.base == 900);
  CHECK(bound.reason == ResetReason::kExpired);
}

TEST_CASE("Nothing is proven below the floor") {
  const auto bound = prove_ring({}, 120, 120, clock_at(120));
  CHECK(bound.base == 50);
  CHECK(bound.reason == ResetReason::kHistoryLost);
  CHECK(prove_ring(record(60, 40), 120, 120, clock_at(120)).base == 50);
  CHECK(prove_ring(record(60, 50), 120, 120, clock_at(120)).reason == ResetReason::kTrimmed);
}

TEST_CASE("Times before a TTL since zero do not wrap around") {
  auto clock = clock_at(80);
  clock.floor = 0;
  CHECK(prove_ring({}, 80, 80, clock).base == 0);
}

TEST_CASE("Above the head at the read the log alone counts") {
  CHECK(prove_ring({}, 5000, 1000, clock_at(1000)).base == 1000);
  CHECK(prove_ring(record(1200, 1100), 1200, 1000, clock_at(1000)).base == 1000);
}

TEST_CASE("Where the TTL was lengthened, the shorter promise counts below the change") {
  auto clock = clock_at(1000);
  clock.ttl = 400;
  clock.ttl_before = 100;
  clock.ttl_since = 950;
  // Events of before the change may have lived for 100 only: complete above 900, not above 600.
  CHECK(prove_ring({}, 1000, 1000, clock).base == 900);
  // So much later the change itself is the bound …
  CHECK(prove_ring({}, 1200, 1200, clock).base == 950);
  // … until a whole new TTL has gone by.
  CHECK(prove_ring({}, 1400, 1400, clock).base == 1000);
}

TEST_CASE("Where the TTL was shortened, the shorter one counts at once") {
  auto clock = clock_at(1000);
  clock.ttl = 100;
  clock.ttl_before = 400;
  clock.ttl_since = 950;
  CHECK(prove_ring({}, 1000, 1000, clock).base == 900);
}

TEST_CASE("A cursor within the history is not refused") {
  CHECK_FALSE(refuse_cursor(50, 1000, clock_at(1000)));
  CHECK_FALSE(refuse_cursor(999, 1000, clock_at(1000)));
  CHECK_FALSE(refuse_cursor(1000, 1000, clock_at(1000)));
}

TEST_CASE("A cursor from the future is unknown, one from below the floor belongs to a lost history") {
  CHECK(refuse_cursor(1001, 1000, clock_at(1000)) == ResetReason::kUnknownId);
  CHECK(refuse_cursor(49, 1000, clock_at(1000)) == ResetReason::kHistoryLost);
}

TEST_CASE("A cursor inside of a hole belongs to a lost history, its edges do not") {
  auto clock = clock_at(1000);
  clock.holes = {{"e1", 300, 400}, {"e2", 600, 700}};
  CHECK_FALSE(refuse_cursor(300, 1000, clock));
  CHECK(refuse_cursor(301, 1000, clock) == ResetReason::kHistoryLost);
  CHECK(refuse_cursor(399, 1000, clock) == ResetReason::kHistoryLost);
  CHECK_FALSE(refuse_cursor(400, 1000, clock));
  CHECK(refuse_cursor(650, 1000, clock) == ResetReason::kHistoryLost);
  CHECK_FALSE(refuse_cursor(500, 1000, clock));
}
