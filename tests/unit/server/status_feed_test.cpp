#include "server/ops/status_feed.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "support/manual_clock.h"

using freshet::server::Push;
using freshet::server::StatusFeed;
using freshet::sse::FramePtr;

namespace {

/// Keeps what it is given, until it leaves.
struct Watcher {
  [[nodiscard]] Push push() {
    return [this](const FramePtr& frame) {
      if (here) received.emplace_back(frame->plain());
      return here;
    };
  }

  bool here = true;
  std::vector<std::string> received;
};

struct Fixture {
  void open(Watcher& watcher) { feed.open().begin(watcher.push()); }

  freshet::test::ManualClock clock;
  int made = 0;
  StatusFeed feed{clock, [this] { return "{\"n\":" + std::to_string(++made) + "}"; }};
};

}  // namespace

TEST_CASE("A watcher gets a status at once and one each second") {
  Fixture f;
  Watcher watcher;
  f.open(watcher);
  REQUIRE(watcher.received.size() == 1);
  CHECK(watcher.received.front() == "event: status\ndata: {\"n\":1}\n\n");
  f.clock.advance(std::chrono::milliseconds(999));
  CHECK(watcher.received.size() == 1);
  f.clock.advance(std::chrono::milliseconds(1));
  CHECK(watcher.received.size() == 2);
  f.clock.advance(std::chrono::seconds(3));
  CHECK(watcher.received.size() == 5);
}

TEST_CASE("All watchers get the same status, made once") {
  Fixture f;
  Watcher first;
  Watcher second;
  f.open(first);
  f.open(second);
  const auto before = f.made;
  f.clock.advance(std::chrono::seconds(1));
  CHECK(f.made == before + 1);
  CHECK(first.received.back() == second.received.back());
}

TEST_CASE("While nobody watches, no timer runs and no status is made") {
  Fixture f;
  CHECK(f.clock.running() == 0);
  Watcher watcher;
  f.open(watcher);
  CHECK(f.clock.running() == 1);
  watcher.here = false;
  f.clock.advance(std::chrono::seconds(1));
  CHECK(f.clock.running() == 0);
  const auto made = f.made;
  f.clock.advance(std::chrono::hours(1));
  CHECK(f.made == made);

  watcher.here = true;
  f.open(watcher);
  f.clock.advance(std::chrono::seconds(1));
  CHECK(watcher.received.size() == 3);
}

TEST_CASE("One who leaves takes nobody along") {
  Fixture f;
  Watcher stays;
  Watcher leaves;
  f.open(leaves);
  f.open(stays);
  leaves.here = false;
  f.clock.advance(std::chrono::seconds(2));
  CHECK(leaves.received.size() == 1);
  CHECK(stays.received.size() == 3);
}
