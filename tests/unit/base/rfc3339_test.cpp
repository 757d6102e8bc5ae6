#include "base/rfc3339.h"

#include <catch2/catch.hpp>

using freshet::base::Precision;
using freshet::base::rfc3339;

TEST_CASE("times are told in UTC, with milliseconds or microseconds") {
  CHECK(rfc3339(0, Precision::kMilliseconds) == "1970-01-01T00:00:00.000Z");
  CHECK(rfc3339(0, Precision::kMicroseconds) == "1970-01-01T00:00:00.000000Z");
  CHECK(rfc3339(1'795'197'586'027'434, Precision::kMicroseconds) == "2026-11-20T17:59:46.027434Z");
  CHECK(rfc3339(1'795'197'586'007'000, Precision::kMilliseconds) == "2026-11-20T17:59:46.007Z");
}

TEST_CASE("a part of a second is cut, not rounded into the next day") {
  CHECK(rfc3339(1'709'164'799'999'999, Precision::kMilliseconds) == "2024-02-28T23:59:59.999Z");
  CHECK(rfc3339(1'709'164'799'999'999, Precision::kMicroseconds) == "2024-02-28T23:59:59.999999Z");
  CHECK(rfc3339(1'709'164'800'000'000, Precision::kMilliseconds) == "2024-02-29T00:00:00.000Z");
}
