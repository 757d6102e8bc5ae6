#include "redis/link.h"

#include <optional>

#include "unit/redis/fake_redis.h"
#include "unit/uv/support.h"

using namespace freshet;
using namespace std::chrono_literals;
using redis::Link;
using redis::Retry;
using test::run_until;

namespace {

/// A link that counts as up as soon as it is connected, unless it is told to fail.
struct User : Link::User {
  User() { start(); }
  virtual ~User() = default;

  void start() {
    redis::Connection::Options connection;
    connection.address = server.address();
    link = std::make_unique<Link>(
        loop,
        Link::Options{.kind = "redis",
                      .name = "command",
                      .connection = connection,
                      .where = [this]() -> base::Result<uv::Address> {
                        if (!place) return base::fail("nobody knows");
                        return *place;
                      },
                      .first_delay = first_delay,
                      .longest_delay = longest_delay,
                      .seed = 1},
        [this](redis::Level, std::string line) { log.push_back(std::move(line)); }, *this);
    link->start();
  }

  bool wait(const std::function<bool()>& done) { return run_until(loop, done); }

  void on_connected() override {
    ++connects;
    if (!failure.empty() && !up_first) return link->connection().close(failure, retry);
    link->declare_up("connected to Redis 7");
    if (!failure.empty()) link->connection().close(failure);
  }
  void on_push(redis::Value) override {}
  void on_batch_begin() override {}
  void on_batch_end() override {}
  void on_lost(bool was_up) override {
    ++losses;
    if (was_up) ++downs;
  }

  uv::Loop loop;
  test::FakeRedis server{loop};
  std::optional<uv::Address> place = server.address();
  base::Duration first_delay = 1ms;
  base::Duration longest_delay = 5ms;
  std::string home = "redis " + server.address().text() + ": command: ";
  std::vector<std::string> log;
  std::string failure;
  Retry retry = Retry::kSoon;
  bool up_first = false;
  int connects = 0;
  int losses = 0;
  int downs = 0;
  std::unique_ptr<Link> link;
};

}  // namespace

TEST_CASE_METHOD(User, "A link that is not up yet says so") {
  CHECK(link->trouble() == home + "connecting");
  REQUIRE(wait([&] { return link->up(); }));
  CHECK(link->trouble().empty());
  CHECK(log == std::vector<std::string>{home + "connected to Redis 7"});
  CHECK(link->reconnects() == 0);
}

TEST_CASE_METHOD(User, "A link that is lost comes back, and is counted") {
  REQUIRE(wait([&] { return link->up(); }));
  server.hang_up();
  REQUIRE(wait([&] { return downs == 1; }));
  CHECK(link->trouble() == home + "Redis closed the connection");
  REQUIRE(wait([&] { return link->up(); }));
  CHECK(link->reconnects() == 1);
}

TEST_CASE_METHOD(User, "A reason is logged once, however often it stands in the way") {
  failure = "first";
  REQUIRE(wait([&] { return losses == 5; }));
  CHECK(log == std::vector<std::string>{home + "first"});
  CHECK(downs == 0);
  failure = "second";
  REQUIRE(wait([&] { return losses == 10; }));
  CHECK(log == std::vector<std::string>{home + "first", home + "second"});
  failure.clear();
  REQUIRE(wait([&] { return link->up(); }));
  CHECK(log.back() == home + "connected to Redis 7");
}

TEST_CASE_METHOD(User, "What only an operator can change is tried again slowly, from the first time on") {
  failure = "wrong password";
  retry = Retry::kSlow;
  longest_delay = 200ms;
  start();
  const auto began = loop.now();
  REQUIRE(wait([&, before = losses] { return losses == before + 5; }));
  CHECK(loop.now() - began > 100ms);  // four times anything up to the longest delay, from this seed
}

TEST_CASE_METHOD(User, "Reasons that take turns are logged once each, and again after a time that was well") {
  for (const auto* reason : {"first", "second", "first", "second"}) {
    failure = reason;
    REQUIRE(wait([&, before = losses] { return losses > before + 1; }));
  }
  CHECK(log == std::vector<std::string>{home + "first", home + "second"});
  failure.clear();
  REQUIRE(wait([&] { return link->up(); }));
  failure = "first";
  server.hang_up();
  REQUIRE(wait([&, before = losses] { return losses > before + 1; }));
  CHECK(log.back() == home + "first");
}

TEST_CASE_METHOD(User, "A link that comes up only to be lost is logged once, too") {
  failure = "no rights";
  up_first = true;
  REQUIRE(wait([&] { return downs == 10; }));
  CHECK(log == std::vector<std::string>{home + "connected to Redis 7", home + "no rights"});
  CHECK(link->reconnects() >= 9);
}

TEST_CASE_METHOD(User, "A link can be destroyed while it waits to connect anew") {
  failure = "no";
  REQUIRE(wait([&] { return losses == 1; }));
  link.reset();
  test::run_a_while(loop);
  CHECK(connects == 1);
}

TEST_CASE_METHOD(User, "A link that is told to move connects elsewhere at once, whatever it was doing") {
  test::FakeRedis other{loop};
  const auto other_place = "redis " + other.address().text() + ": command: ";
  place = other.address();

  SECTION("while it is up") {
    REQUIRE(wait([&] { return link->up(); }));
    link->move("the primary has moved");
    REQUIRE(wait([&] { return downs == 1; }));
    CHECK(link->trouble() == home + "the primary has moved");
    REQUIRE(wait([&] { return link->up(); }));
    CHECK(log == std::vector<std::string>{home + "connected to Redis 7", home + "the primary has moved",
                                          other_place + "connected to Redis 7"});
  }
  SECTION("while it connects") {
    link->move("the primary has moved");
    REQUIRE(wait([&] { return link->up(); }));
    CHECK(connects == 1);
  }
  SECTION("while it waits to connect anew") {
    first_delay = 10min;
    place = server.address();
    server.close_at_once = true;
    start();
    REQUIRE(wait([&] { return losses == 1; }));
    place = other.address();
    link->move("the primary has moved");
    REQUIRE(wait([&] { return link->up(); }));
  }
  CHECK(other.accepted == 1);
}

TEST_CASE_METHOD(User, "A link that nobody tells where to connect waits, and says so") {
  place.reset();
  start();
  CHECK(link->trouble() == "nobody knows");
  test::run_a_while(loop);
  CHECK(server.accepted <= 1);  // that of the link which this one replaced
  place = server.address();
  link->move("found");
  REQUIRE(wait([&] { return link->up(); }));
}
