#include "loadtest/histogram.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

using freshet::loadtest::Histogram;

TEST_CASE("percentiles of a histogram lie at most 1/128 above the exact ones") {
  std::mt19937_64 random(7);  // NOLINT(bugprone-random-generator-seed): the same values at every run
  std::lognormal_distribution<double> nanoseconds(std::log(1e6), 2.0);
  Histogram histogram;
  std::vector<std::int64_t> values;
  for (int i = 0; i < 20'000; ++i) {
    values.push_back(static_cast<std::int64_t>(nanoseconds(random)));
    histogram.record(values.back());
  }
  std::sort(values.begin(), values.end());
  for (const double fraction : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(values.size())));
    const auto exact = values[rank - 1];
    CAPTURE(fraction, exact);
    CHECK(histogram.at(fraction) >= exact);
    CHECK(static_cast<double>(histogram.at(fraction)) <= static_cast<double>(exact) * (1 + 1.0 / 128));
  }
}

TEST_CASE("small values are exact, and nothing lies above the largest") {
  Histogram histogram;
  for (int value = 1; value <= 200; ++value) histogram.record(value);
  CHECK(histogram.at(.5) == 100);
  CHECK(histogram.at(1) == 200);
  histogram.record(1'000'001);
  CHECK(histogram.at(1) == 1'000'001);
}

TEST_CASE("a histogram takes values that it has no bucket for as its last one, and negative ones as zero") {
  Histogram histogram;
  histogram.record(-5);
  CHECK(histogram.at(1) == 0);
  histogram.record(std::int64_t{1} << 60);
  CHECK(histogram.at(1) == (std::int64_t{1} << 40) - 1);
}

TEST_CASE("adding histograms is the same as recording into one") {
  Histogram one;
  Histogram two;
  Histogram both;
  for (const std::int64_t value : {3, 70'000, 5'000'000}) {
    one.record(value);
    both.record(value);
  }
  for (const std::int64_t value : {9, 80'000'000}) {
    two.record(value);
    both.record(value);
  }
  one.add(two);
  CHECK(one.count() == 5);
  CHECK(one.at(.5) == both.at(.5));
  CHECK(one.summary().mean_us == both.summary().mean_us);
  CHECK(one.summary().max_us == 80'000);
}

TEST_CASE("an empty histogram is all zero") { CHECK(Histogram().summary().p99_us == 0); }
