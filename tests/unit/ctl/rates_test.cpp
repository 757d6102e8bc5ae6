#include "ctl/rates.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace freshet::ctl;

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();

InstanceStatus status(double received, double sent) {
  InstanceStatus status;
  status.pid = 7;
  status.started_at = "2026-11-20T12:00:00Z";
  status.events_received = received;
  status.events_sent = sent;
  return status;
}

}  // namespace

TEST_CASE("rates are differences over the time between two looks") {
  const auto rates = rates_between(status(100, 1000), status(130, 1600), 1.5);
  REQUIRE(rates);
  CHECK(rates->received_per_second == Approx(20));
  CHECK(rates->sent_per_second == Approx(400));
  CHECK_FALSE(rates->p95_seconds.has_value());
}

TEST_CASE("an instance that was started anew has no rates yet") {
  auto later = status(1, 1);
  later.pid = 8;
  CHECK_FALSE(rates_between(status(100, 100), later, 1).has_value());
  later = status(1, 1);
  later.started_at = "2026-11-20T12:00:01Z";
  CHECK_FALSE(rates_between(status(100, 100), later, 1).has_value());
  CHECK_FALSE(rates_between(status(0, 0), status(1, 1), 0).has_value());
}

TEST_CASE("a quantile lies within its bucket, in proportion") {
  const std::vector<Bucket> none{{0.01, 0}, {0.1, 0}, {1, 0}, {kInfinite, 0}};
  // 80 samples up to 10 ms, 20 between 10 and 100 ms: the 95th of 100 is 3/4 of the way through the second bucket.
  const std::vector<Bucket> some{{0.01, 80}, {0.1, 100}, {1, 100}, {kInfinite, 100}};
  CHECK(*quantile_between(none, some, 0.95) == Approx(0.01 + 0.09 * 0.75));
  CHECK(*quantile_between(none, some, 0.4) == Approx(0.005));
  CHECK(*quantile_between(none, some, 0.8) == Approx(0.01));
}

TEST_CASE("a quantile counts the samples between the two looks only") {
  const std::vector<Bucket> before{{0.01, 1000}, {0.1, 1000}, {kInfinite, 1000}};
  const std::vector<Bucket> after{{0.01, 1000}, {0.1, 1010}, {kInfinite, 1010}};
  CHECK(*quantile_between(before, after, 0.95) > 0.01);
  CHECK_FALSE(quantile_between(after, after, 0.95).has_value());
}

TEST_CASE("a quantile beyond the largest bucket is infinite") {
  const std::vector<Bucket> none{{0.01, 0}, {kInfinite, 0}};
  const std::vector<Bucket> slow{{0.01, 1}, {kInfinite, 100}};
  CHECK(std::isinf(*quantile_between(none, slow, 0.95)));
}

TEST_CASE("buckets that do not match have no quantile") {
  CHECK_FALSE(quantile_between({}, {{1, 5}}, 0.95).has_value());
  CHECK_FALSE(quantile_between({}, {}, 0.95).has_value());
}
