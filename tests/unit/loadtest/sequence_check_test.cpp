#include "loadtest/sequence_check.h"

#include <catch2/catch.hpp>

using freshet::loadtest::SequenceCheck;
using Verdict = SequenceCheck::Verdict;

TEST_CASE("numbers in order are the next ones") {
  SequenceCheck numbers;
  for (int number = 0; number < 200; ++number) REQUIRE(numbers.take(number) == Verdict::kNext);
  CHECK(numbers.last() == 199);
}

TEST_CASE("numbers that were left out are missing") {
  SequenceCheck numbers;
  CHECK(numbers.take(0) == Verdict::kNext);
  CHECK(numbers.take(4) == Verdict::kGap);
  CHECK(numbers.skipped() == 3);
  CHECK(numbers.take(5) == Verdict::kNext);
}

TEST_CASE("a missing number that still comes is late, a second time it is repeated") {
  SequenceCheck numbers;
  numbers.take(0);
  numbers.take(2);
  CHECK(numbers.take(1) == Verdict::kLate);
  CHECK(numbers.take(1) == Verdict::kRepeated);
  CHECK(numbers.take(2) == Verdict::kRepeated);
  CHECK(numbers.take(3) == Verdict::kNext);
}

TEST_CASE("a gap larger than what is remembered leaves nothing seen behind it") {
  SequenceCheck numbers;
  numbers.take(0);
  CHECK(numbers.take(1000) == Verdict::kGap);
  CHECK(numbers.skipped() == 999);
  CHECK(numbers.take(999) == Verdict::kLate);
  CHECK(numbers.take(0) == Verdict::kRepeated);
}

TEST_CASE("beginning after a number takes everything up to it as seen") {
  SequenceCheck numbers;
  numbers.begin_after(41);
  CHECK(numbers.take(40) == Verdict::kRepeated);
  CHECK(numbers.take(42) == Verdict::kNext);
}
