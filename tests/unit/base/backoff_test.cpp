#include "base/backoff.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using freshet::base::Backoff;

TEST_CASE("a backoff's ceiling doubles up to its cap and starts over after a reset") {
  std::chrono::microseconds widest_first{0};
  std::chrono::microseconds widest_late{0};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Backoff backoff(50ms, 5s, seed);
    widest_first = std::max(widest_first, backoff.next());
    for (int i = 0; i < 20; ++i) REQUIRE(backoff.next() <= 5s);
    widest_late = std::max(widest_late, backoff.next());
    backoff.reset();
    REQUIRE(backoff.next() <= 50ms);
  }
  CHECK(widest_first <= 50ms);
  CHECK(widest_late > 4s);
}

TEST_CASE("delays are spread over the whole range, so that processes do not return together") {
  int low = 0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed) low += Backoff(100ms, 1s, seed).next() < 50ms ? 1 : 0;
  CHECK(low > 400);
  CHECK(low < 600);
}
