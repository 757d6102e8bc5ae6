#include "redis/functions.h"

#include <algorithm>

#include "redis/functions_source.h"
#include "support/redis_server.h"
#include "unit/redis/fake_redis.h"
#include "unit/uv/support.h"

using namespace freshet;
using redis::Connection;
using redis::Functions;
using redis::Retry;
using Command = test::FakeRedis::Command;
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
    functions.emplace(
        *connection, Functions::Options{.may_load = may_load, .log = [this](const auto& line) { log.push_back(line); }},
        [this](const std::string& found) { ready = found; });
  }
  void on_push(redis::Value reply) override { FAIL(reply.describe()); }
  void on_batch_begin() override {}
  void on_batch_end() override {}
  void on_down(const Connection::Loss& why) override {
    loss = why;
    connection.reset();
  }

  uv::Loop loop;
  test::FakeRedis server{loop};
  std::unique_ptr<Connection> connection;
  std::optional<Functions> functions;
  bool may_load = true;
  std::vector<std::string> log;
  std::optional<std::string> ready;
  std::optional<Connection::Loss> loss;
};

std::string version(std::uint64_t number) { return ":" + std::to_string(number) + "\r\n"; }
const std::string kMissing = "-ERR Function not found\r\n";
const std::string kOwnVersion = std::to_string(redis::functions_version());

/// The library in a version of its own, and one daemon that brings it.
struct Daemon : Connection::Owner {
  Daemon(uv::Loop& loop, const test::RedisServer& server, std::uint64_t its_version)
      : version(its_version), source(redis::functions_source()) {
    const auto line = "\nlocal VERSION = " + kOwnVersion + "\n";
    source.replace(source.find(line), line.size(), "\nlocal VERSION = " + std::to_string(version) + "\n");
    Connection::Options options;
    options.address = server.address();
    connection = std::make_unique<Connection>(loop, options, *this);
  }
  virtual ~Daemon() = default;

  void on_connected() override {
    functions.emplace(
        *connection,
        Functions::Options{.log = [this](const auto& line) { log.push_back(line); }, .library = {source, version}},
        [this](const std::string&) { ready = true; });
  }
  void on_push(redis::Value reply) override { FAIL(reply.describe()); }
  void on_batch_begin() override {}
  void on_batch_end() override {}
  void on_down(const Connection::Loss& why) override { FAIL(why.reason); }

  std::uint64_t version;
  std::string source;
  std::vector<std::string> log;
  bool ready = false;
  std::unique_ptr<Connection> connection;
  std::optional<Functions> functions;
};

/// Daemons of several versions at one server, all at once.
struct Race {
  void start(std::initializer_list<std::uint64_t> versions) {
    for (const auto version : versions) daemons.push_back(std::make_unique<Daemon>(loop, server, version));
    const auto is_ready = [](const auto& daemon) { return daemon->ready; };
    REQUIRE(run_until(loop, [&] { return std::all_of(daemons.begin(), daemons.end(), is_ready); }));
  }
  /// Each looks again, as often as it takes for all to have looked at what the others have done.
  void check() {
    for (std::size_t round = 0; round < daemons.size(); ++round) {
      for (const auto& daemon : daemons) {
        bool checked = false;
        daemon->functions->check();
        daemon->connection->send({"TIME"}, [&](const auto&) { checked = true; });
        REQUIRE(run_until(loop, [&] { return checked; }));
      }
    }
  }
  [[nodiscard]] std::int64_t loaded() const {
    return server.ask({"FCALL_RO", "freshet_version", "0"}).value().integer();
  }
  [[nodiscard]] std::size_t lines() const {
    std::size_t count = 0;
    for (const auto& daemon : daemons) count += daemon->log.size();
    return count;
  }

  uv::Loop loop;
  test::RedisServer server;
  std::vector<std::unique_ptr<Daemon>> daemons;
};

}  // namespace

TEST_CASE("The script in the program is the one that registers our functions, in the version it says") {
  CHECK(redis::functions_source().starts_with("#!lua name=freshet\n"));
  CHECK(redis::functions_source().find("redis.register_function('freshet_publish'") != std::string_view::npos);
  CHECK(redis::functions_source().find("\nlocal VERSION = " + std::to_string(redis::functions_version()) + "\n") !=
        std::string_view::npos);
}

TEST_CASE_METHOD(Check, "A server with this version's functions is ready, and nothing is loaded") {
  CHECK(outcome().empty());
  CHECK(ready == "7.0.15");
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
  CHECK(server.received.back() == Command{"FUNCTION", "LOAD", std::string(redis::functions_source())});
  CHECK(log == std::vector<std::string>{"the function library freshet is missing: loaded version " + kOwnVersion});
}

TEST_CASE_METHOD(Check, "A missing library that another daemon loads first is looked at again") {
  server.answers["FCALL_RO freshet_version"] = kMissing;
  server.answers["FUNCTION"] = "-ERR Library 'freshet' already exists\r\n";
  const auto then = [&](std::string version, std::string load) {
    REQUIRE(run_until(loop, [&] { return server.count("FUNCTION LOAD") == 1; }));
    server.answers["FCALL_RO freshet_version"] = std::move(version);
    server.answers["FUNCTION"] = std::move(load);
    CHECK(outcome().empty());
  };
  const std::string finding = "the function library freshet ";
  SECTION("a newer one stays") {
    then(version(redis::functions_version() + 1), test::bulk("freshet"));
    CHECK(server.count("FUNCTION LOAD") == 1);
    CHECK(log == std::vector<std::string>{finding + "was loaded by another daemon and has version " +
                                          std::to_string(redis::functions_version() + 1)});
  }
  SECTION("an older one is replaced") {
    then(version(0), test::bulk("freshet"));
    CHECK(server.received.back()[2] == "REPLACE");
    CHECK(log == std::vector<std::string>{finding + "has version 0: loaded version " + kOwnVersion});
  }
  SECTION("another one of this name, which has no version, is replaced") {
    then(kMissing, test::bulk("freshet"));
    CHECK(server.received.back()[2] == "REPLACE");
    CHECK(log == std::vector<std::string>{finding + "is missing: loaded version " + kOwnVersion});
  }
}

TEST_CASE_METHOD(Check, "A library that has become older is replaced when it is looked at again") {
  CHECK(outcome().empty());
  const auto look = [&] {
    const auto asked = server.count("FCALL_RO");
    functions->check();
    functions->check();  // one look at a time
    REQUIRE(run_until(loop, [&] { return server.count("FCALL_RO") > asked; }));
    test::run_a_while(loop);
    CHECK(server.count("FCALL_RO") == asked + 1);
  };
  SECTION("as it was: nothing happens") {
    look();
    CHECK(server.count("FUNCTION") == 0);
  }
  SECTION("missing: that is for those who call it") {
    server.answers["FCALL_RO freshet_version"] = kMissing;
    look();
    CHECK(server.count("FUNCTION") == 0);
    CHECK_FALSE(loss);
  }
  SECTION("older") {
    server.answers["FCALL_RO freshet_version"] = version(0);
    look();
    REQUIRE(server.count("FUNCTION LOAD") == 1);
    CHECK(server.received.back()[2] == "REPLACE");
    CHECK(log == std::vector<std::string>{"the function library freshet has version 0: loaded version " + kOwnVersion});
    CHECK_FALSE(loss);
  }
}

TEST_CASE_METHOD(Race, "Daemons that find nothing leave the newest library, and then nothing more is loaded") {
  const bool newest_first = GENERATE(true, false);
  if (newest_first) {
    start({9, 8, 9, 7});
  } else {
    start({7, 8, 9, 9});
  }
  check();
  CHECK(loaded() == 9);
  const auto before = lines();
  check();
  CHECK(lines() == before);
  CHECK(loaded() == 9);
}

TEST_CASE_METHOD(Race, "Daemons that find an older library leave the newest one, whoever comes last") {
  start({6});
  const bool newest_first = GENERATE(true, false);
  if (newest_first) {
    start({9, 8, 7});
  } else {
    start({7, 8, 9});
  }
  check();
  CHECK(loaded() == 9);
  const auto before = lines();
  check();
  CHECK(lines() == before);
}

TEST_CASE_METHOD(Race,
                 "A library that is put back by hand under the newest daemon is replaced, and the others keep still") {
  start({8, 9});
  check();
  server.tell({"FUNCTION", "LOAD", "REPLACE", daemons[0]->source});
  check();
  CHECK(loaded() == 9);
  CHECK(daemons[1]->log.back() == "the function library freshet has version 8: loaded version 9");
}

TEST_CASE_METHOD(Race, "A library of this name that is not ours is replaced on a real server, too") {
  server.tell({"FUNCTION", "LOAD", "#!lua name=freshet\nredis.register_function('other', function() return 1 end)"});
  start({9, 8});
  check();  // both may have found it before either replaced it
  CHECK(loaded() == 9);
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
