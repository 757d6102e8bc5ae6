#include "ctl/watch_rules.h"

#include <catch2/catch.hpp>

using namespace freshet::ctl;
using namespace std::chrono_literals;

namespace {

HttpHead head(long status, const std::string& type = "application/problem+json") {
  return {status, "HTTP/1.1", {{"content-type", type}}};
}

}  // namespace

TEST_CASE("only 200 with an event stream is a stream") {
  CHECK(judge_answer(head(200, "text/event-stream"), false) == StreamAnswer::kStream);
  CHECK(judge_answer(head(200, "Text/Event-Stream; charset=utf-8"), false) == StreamAnswer::kStream);
  CHECK(judge_answer(head(200, "text/html"), true) == StreamAnswer::kFinal);
  for (const long status : {204L, 301L, 400L, 401L, 403L, 404L, 500L}) {
    CHECK(judge_answer(head(status), true) == StreamAnswer::kFinal);
  }
}

TEST_CASE("a gateway without a backend is come back to, once there has been a stream") {
  for (const long status : {502L, 503L, 504L}) {
    CHECK(judge_answer(head(status), true) == StreamAnswer::kComeBack);
    CHECK(judge_answer(head(status), false) == StreamAnswer::kFinal);
  }
}

TEST_CASE("coming back takes what the server asked for, and up to a fifth more") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Comeback comeback(seed);
    const auto delay = comeback.delay(1000ms);
    CHECK(delay >= 1000ms);
    CHECK(delay <= 1200ms);
  }
  CHECK(Comeback(1).delay(std::nullopt) >= 3000ms);
  CHECK(Comeback(1).delay(0ms) > 0ms);
}

TEST_CASE("no two come back together") { CHECK(Comeback(1).delay(10s) != Comeback(2).delay(10s)); }

TEST_CASE("tries that fail are doubled up to half a minute, until a stream opens") {
  Comeback comeback(1);
  static_cast<void>(comeback.delay(1000ms));
  const auto second = comeback.delay(1000ms);
  CHECK(second >= 2000ms);
  CHECK(second <= 2400ms);
  for (int i = 0; i < 50; ++i) CHECK(comeback.delay(1000ms) <= 36s);
  CHECK(comeback.delay(1000ms) >= 30s);
  comeback.opened();
  CHECK(comeback.delay(1000ms) <= 1200ms);
}

TEST_CASE("a server that asks for more than that gets it") {
  Comeback comeback(1);
  for (int i = 0; i < 20; ++i) CHECK(comeback.delay(5min) >= 5min);
}
