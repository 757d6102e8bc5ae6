#include "redis/functions.h"

#include "redis/functions_source.h"
#include "unit/redis/fake_redis.h"
#include "unit/uv/support.h"

using namespace freshet;
using redis::Connection;
using redis::Functions;
using redis::Retry;
using test::run_until;

namespace {

struct Check : Connection::Owner {
  Check() {
    Connection::Options options;
    options.address = server.address();
    connection = std::make_unique<Connection>(loop, options, *this);
  }
  virtual ~Check() = default;

  /// The reason why not; empty when ready.
  std::string outcome() {
    REQUIRE(run_until(loop, [&] { return ready || loss; }));
    return loss ? loss->reason : "";
  }

  void on_connected() override {
    functions.emplace(*connection, may_load, [this](const Functions::Server& found) { ready = found; });
  }
  void on_push(redis::Value reply) override { FAIL(reply.describe()); }
  void on_down(const Connection::Loss& why) override {
    loss = why;
    connection.reset();
  }

  uv::Loop loop;
  test::FakeRedis server{loop};
  std::unique_ptr<Connection> connection;
  std::optional<Functions> functions;
  bool may_load = true;
  std::optional<Functions::Server> ready;
  std::optional<Connection::Loss> loss;
};

std::string version(std::uint64_t number) { return ":" + std::to_string(number) + "\r\n"; }
const std::string kMissing = "-ERR Function not found\r\n";

}  // namespace

TEST_CASE("The script in the program is the one that registers our functions, in the version it says") {
  CHECK(redis::functions_source().starts_with("#!lua name=freshet\n"));
  CHECK(redis::functions_source().find("redis.register_function('freshet_publish'") != std::string_view::npos);
  CHECK(redis::functions_source().find("\nlocal VERSION = " + std::to_string(redis::functions_version()) + "\n") !=
        std::string_view::npos);
}

TEST_CASE_METHOD(Check, "A server with this version's functions is ready, and nothing is loaded") {
  CHECK(outcome().empty());
  CHECK(ready->version == "7.0.15");
  CHECK(ready->eviction_policy == "noeviction");
  CHECK(server.count("FUNCTION") == 0);
}

TEST_CASE_METHOD(Check, "A newer library is never replaced by this one") {
  server.answers["FCALL_RO freshet_version"] = version(redis::functions_version() + 1);
  CHECK(outcome().empty());
  CHECK(server.count("FUNCTION") == 0);
}

TEST_CASE_METHOD(Check, "A missing library is loaded") {
  server.answers["FCALL_RO freshet_version"] = kMissing;
  CHECK(outcome().empty());
  REQUIRE(server.count("FUNCTION LOAD") == 1);
  CHECK(server.received.back() ==
        test::FakeRedis::Command{"FUNCTION", "LOAD", "REPLACE", std::string(redis::functions_source())});
}

TEST_CASE_METHOD(Check, "An older library is replaced") {
  server.answers["FCALL_RO freshet_version"] = version(redis::functions_version() - 1);
  CHECK(outcome().empty());
  CHECK(server.count("FUNCTION LOAD") == 1);
}

TEST_CASE_METHOD(Check, "Where loading is not allowed, the operator is told what to do") {
  may_load = false;
  const auto needed = ", version " + std::to_string(redis::functions_version()) + " or newer is needed: load it with";
  SECTION("missing") {
    server.answers["FCALL_RO freshet_version"] = kMissing;
    CHECK_THAT(outcome(), Catch::StartsWith("the function library freshet is missing" + needed));
  }
  SECTION("too old") {
    server.answers["FCALL_RO freshet_version"] = version(0);
    CHECK_THAT(outcome(), Catch::StartsWith("the function library freshet has version 0" + needed));
  }
  CHECK_THAT(loss->reason, Catch::EndsWith("or set backplane.redis.load_functions: true"));
  CHECK(loss->retry == Retry::kSlow);
  CHECK(server.count("FUNCTION") == 0);
}

TEST_CASE_METHOD(Check, "A library that cannot be loaded is told with Redis' reason") {
  server.answers["FCALL_RO freshet_version"] = kMissing;
  server.answers["FUNCTION"] = "-NOPERM this user has no permissions to run the 'function|load' command\r\n";
  CHECK(outcome() ==
        "the function library freshet is missing and could not be loaded: NOPERM this user has no permissions to run "
        "the 'function|load' command");
  CHECK(loss->retry == Retry::kSlow);
}

TEST_CASE_METHOD(Check, "An old Redis is named with its version") {
  server.answers["INFO"] = test::bulk("# Server\r\nredis_version:6.2.1\r\n");
  server.answers["FCALL_RO freshet_version"] = "-ERR unknown command `FCALL_RO`\r\n";
  CHECK(outcome() == "Redis 7.0 or newer is needed, this is 6.2.1");
  CHECK(loss->retry == Retry::kSlow);
}

TEST_CASE_METHOD(Check, "A server that says nothing of its version is refused") {
  server.answers["INFO"] = test::bulk("# Server\r\nnot_redis_version:7\r\n");
  CHECK(outcome() == "INFO names no redis_version");
}

TEST_CASE_METHOD(Check, "A server that is still loading is tried again soon") {
  server.answers["FCALL_RO freshet_version"] = "-LOADING Redis is loading the dataset in memory\r\n";
  CHECK(outcome() == "FCALL_RO freshet_version: LOADING Redis is loading the dataset in memory");
  CHECK(loss->retry == Retry::kSoon);
}

TEST_CASE_METHOD(Check, "A server that does not tell its eviction policy is ready all the same") {
  server.answers["INFO memory"] = test::bulk("# Memory\r\n");
  CHECK(outcome().empty());
  CHECK(ready->eviction_policy.empty());
}
