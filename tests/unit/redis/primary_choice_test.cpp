#include "redis/primary_choice.h"

#include <catch2/catch.hpp>
#include <vector>

using namespace freshet;
using namespace std::chrono_literals;
using redis::PrimaryChoice;

namespace {

constexpr auto kPatience = PrimaryChoice::kPatience;

/// A choice that is told what the sentinels say: primaries by their port.
struct Judge {
  struct Says {
    std::uint16_t port;
    std::uint64_t epoch;
  };

  bool hear(const std::vector<std::optional<Says>>& said, base::Duration later = 1s) {
    now += later;
    std::vector<std::optional<redis::SentinelAnswer>> answers;
    for (const auto& says : said) {
      answers.push_back(!says ? std::nullopt
                              : std::optional(redis::SentinelAnswer{uv::Address::tcp("h", says->port), says->epoch}));
    }
    return choice.judge(answers, now);
  }
  [[nodiscard]] int port() const { return choice.primary() ? choice.primary()->primary.port : 0; }

  PrimaryChoice choice;
  base::Instant now{};
};

constexpr std::nullopt_t kSilent = std::nullopt;

}  // namespace

TEST_CASE_METHOD(Judge, "without an answer there is no primary") {
  CHECK_FALSE(hear({kSilent, kSilent}));
  CHECK(port() == 0);
}

TEST_CASE_METHOD(Judge, "one sentinel that answers is enough to begin with") {
  CHECK(hear({kSilent, {{1, 0}}, kSilent}));
  CHECK(port() == 1);
  CHECK_FALSE(hear({{{1, 0}}, {{1, 0}}, {{1, 0}}}));
}

TEST_CASE_METHOD(Judge, "the highest epoch wins, however few know it") {
  CHECK(hear({{{1, 3}}, {{1, 3}}, {{2, 4}}}));
  CHECK(port() == 2);
  CHECK_FALSE(hear({{{1, 3}}, {{1, 3}}, {{2, 4}}}, 2 * kPatience));
}

TEST_CASE_METHOD(Judge, "a failover is followed as soon as one sentinel tells of it") {
  hear({{{1, 3}}, {{1, 3}}, {{1, 3}}});
  CHECK(hear({{{1, 3}}, {{2, 4}}, {{1, 3}}}));
  CHECK(port() == 2);
}

TEST_CASE_METHOD(Judge,
                 "a sentinel that was cut off with the old primary does not lead back, though it alone answers") {
  hear({{{1, 3}}, {{2, 4}}, {{2, 4}}});
  for (int i = 0; i < 60; ++i) CHECK_FALSE(hear({{{1, 3}}, kSilent, kSilent}));
  CHECK(port() == 2);
  CHECK(hear({{{1, 3}}, {{3, 5}}, kSilent}));
  CHECK(port() == 3);
}

TEST_CASE_METHOD(Judge, "what was found stays when all fall silent") {
  hear({{{1, 3}}});
  CHECK_FALSE(hear({kSilent}, 10 * kPatience));
  CHECK(port() == 1);
}

TEST_CASE_METHOD(Judge, "the same primary with a higher epoch has not moved, and is not left for less") {
  hear({{{1, 3}}, {{1, 3}}, kSilent});
  CHECK_FALSE(hear({{{1, 7}}, {{1, 3}}, kSilent}));
  CHECK_FALSE(hear({kSilent, {{2, 4}}, kSilent}));
  CHECK(port() == 1);
  CHECK(hear({kSilent, {{2, 8}}, kSilent}));
}

TEST_CASE_METHOD(Judge, "a lower epoch is believed once most sentinels have insisted on it for long enough") {
  hear({{{1, 9}}, {{1, 9}}, {{1, 9}}});
  CHECK_FALSE(hear({{{2, 0}}, {{2, 0}}, kSilent}));
  CHECK_FALSE(hear({{{2, 0}}, {{2, 0}}, kSilent}, kPatience / 2));
  CHECK(port() == 1);

  SECTION("without a break") {
    CHECK(hear({{{2, 0}}, {{2, 0}}, kSilent}, kPatience / 2));
    CHECK(port() == 2);
  }
  SECTION("a break begins the time anew") {
    CHECK_FALSE(hear({{{2, 0}}, kSilent, kSilent}));
    CHECK_FALSE(hear({{{2, 0}}, {{2, 0}}, kSilent}));
    CHECK_FALSE(hear({{{2, 0}}, {{2, 0}}, kSilent}, kPatience / 2));
    CHECK(hear({{{2, 0}}, {{2, 0}}, kSilent}, kPatience));
  }
  SECTION("and so does another claim") {
    CHECK_FALSE(hear({{{3, 0}}, {{3, 0}}, kSilent}, kPatience));
    CHECK(port() == 1);
  }
  SECTION("never while a higher one is heard") {
    CHECK_FALSE(hear({{{2, 0}}, {{2, 0}}, {{1, 9}}}, 2 * kPatience));
    CHECK(port() == 1);
  }
}

TEST_CASE_METHOD(Judge, "with equal epochs the primary that is followed stays, as long as anyone names it") {
  hear({{{1, 0}}, {{1, 0}}, {{1, 0}}});
  CHECK_FALSE(hear({{{2, 0}}, {{2, 0}}, {{1, 0}}}, 2 * kPatience));
  CHECK_FALSE(hear({{{2, 0}}, {{2, 0}}, {{2, 0}}}));
  CHECK(hear({{{2, 0}}, {{2, 0}}, {{2, 0}}}, kPatience));
  CHECK(port() == 2);
}

TEST_CASE_METHOD(Judge, "with equal epochs and nothing followed yet, most win") {
  CHECK(hear({{{1, 0}}, {{2, 0}}, {{2, 0}}}));
  CHECK(port() == 2);
}
