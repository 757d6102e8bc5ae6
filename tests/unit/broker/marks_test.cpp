#include "broker/marks.h"

#include <catch2/catch.hpp>

using freshet::broker::Marks;

TEST_CASE("A mark covers what was ready before it was sent") {
  Marks marks;
  const auto early = marks.stamp();
  const auto first = marks.send();
  const auto late = marks.stamp();
  CHECK(marks.covers(first, early));
  CHECK_FALSE(marks.covers(first, late));
  CHECK(marks.covers(marks.send(), late));
}

TEST_CASE("A mark is in flight until it or a later one is heard") {
  Marks marks;
  CHECK_FALSE(marks.in_flight());
  const auto first = marks.send();
  const auto second = marks.send();
  CHECK(marks.in_flight());
  marks.hear(first);
  CHECK(marks.in_flight());
  marks.hear(second);
  CHECK_FALSE(marks.in_flight());
  marks.hear(first);
  CHECK_FALSE(marks.in_flight());
}

TEST_CASE("A mark that was under way when a link changed proves nothing, and nobody waits for it") {
  Marks marks;
  const auto stamp = marks.stamp();
  const auto old = marks.send();
  marks.invalidate();
  CHECK_FALSE(marks.counts(old));
  CHECK_FALSE(marks.covers(old, stamp));
  CHECK_FALSE(marks.in_flight());
  const auto next = marks.send();
  CHECK(marks.in_flight());
  CHECK(marks.covers(next, stamp));
}

TEST_CASE("A nonce that was never sent counts for nothing") {
  Marks marks;
  const auto sent = marks.send();
  marks.hear(sent + 1);
  CHECK(marks.in_flight());
  CHECK_FALSE(marks.counts(sent + 1));
  CHECK_FALSE(marks.covers(sent + 1, 0));
  CHECK_FALSE(marks.counts(0));
}
