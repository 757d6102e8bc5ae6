#include <algorithm>
#include <fstream>

#include "redis/functions_source.h"
#include "redis/redis_backplane.h"
#include "support/redis_server.h"
#include "unit/redis/backplane_client.h"

using namespace freshet;
using Kind = broker::PublishError::Kind;
using Client = test::BackplaneClient;

namespace {

struct LoopAndReal {
  uv::Loop the_loop;
  test::RedisServer server;
};

struct Real : LoopAndReal, Client {
  Real() : Client(server.address()) {}
  ~Real() override { backplane.reset(); }
  uv::Loop& loop() override { return the_loop; }
};

}  // namespace

TEST_CASE_METHOD(Real, "A real server gets the functions, and again after they were flushed") {
  connect();
  CHECK(logged("connected to Redis "));
  REQUIRE(publish("a"));
  server.tell({"FUNCTION", "FLUSH"});
  backplane->mark(1);
  REQUIRE(wait([&] { return seen.count("command up") == 2; }));
  CHECK(logged("FCALL freshet_mark: ERR Function not found"));
  CHECK(std::count(log.begin(), log.end(),
                   "redis " + server.address().text() +
                       ": command: the function library freshet is missing: loaded version " +
                       std::to_string(redis::functions_version())) == 2);
  CHECK(publish("a"));
  CHECK(seen.subscriber_up);
}

TEST_CASE_METHOD(Real, "An older library that someone loads is replaced at the next mark, and no link is lost") {
  connect();
  std::string older(redis::functions_source());
  const auto line = "\nlocal VERSION = " + std::to_string(redis::functions_version());
  older.replace(older.find(line), line.size(), "\nlocal VERSION = 0");
  server.tell({"FUNCTION", "LOAD", "REPLACE", older});
  backplane->mark(1);
  REQUIRE(wait([&] { return logged("command: the function library freshet has version 0: loaded version "); }));
  CHECK(server.ask({"FCALL_RO", "freshet_version", "0"}).value().integer() ==
        static_cast<std::int64_t>(redis::functions_version()));
  CHECK(seen.count("command down") == 0);
}

TEST_CASE_METHOD(Real, "A foreign value in a ring's place is no history and no publication") {
  connect();
  server.tell({"SET", "freshet:ring:a", "mine"});
  backplane->read_history("a");
  REQUIRE(wait([&] { return seen.reads.size() == 1; }));
  CHECK_FALSE(seen.reads[0].readable);
  CHECK(seen.reads[0].records.empty());
  const auto result = publish("a");
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == Kind::kUnavailable);
}

TEST_CASE_METHOD(Real, "A bare PUBLISH arrives as it is") {
  connect();
  backplane->subscribe({"a"});
  REQUIRE(wait([&] { return seen.count("confirmed a") == 1; }));
  CHECK(server.ask({"PUBLISH", "freshet:a", "typing"}).value().integer() == 1);
  REQUIRE(wait([&] { return seen.messages.size() == 1; }));
  CHECK(seen.messages[0] == "typing");
}

TEST_CASE_METHOD(Real, "A server that dies and comes back is found again, with a new epoch") {
  connect();
  server.stop();
  REQUIRE(wait([&] { return !seen.subscriber_up && !seen.command_up; }));
  CHECK_FALSE(backplane->trouble().empty());
  server.start();
  REQUIRE(wait([&] { return seen.both_up(); }));
  const auto before = seen.syncs.back();
  backplane->sync(before.last, before.epoch);
  REQUIRE(wait([&] { return seen.syncs.size() == 2; }));
  CHECK(seen.syncs[1].epoch != before.epoch);
  CHECK(seen.syncs[1].floor > before.last);
  CHECK(backplane->trouble().empty());
  CHECK(backplane->status().command_reconnects == 1);
  CHECK(backplane->status().subscriber_reconnects == 1);
}

TEST_CASE_METHOD(Real, "A killed subscriber comes back alone") {
  connect();
  server.tell({"CLIENT", "KILL", "TYPE", "pubsub"});
  REQUIRE(wait([&] { return seen.count("subscriber up") == 2; }));
  CHECK(seen.count("command down") == 0);
}

TEST_CASE("A full server is told in Redis' words") {
  struct Full : Client {
    Full() : Client(uv::Address()) { options.address = server.address(); }
    ~Full() override { backplane.reset(); }
    uv::Loop& loop() override { return the_loop; }
    uv::Loop the_loop;
    test::RedisServer server{{"--maxclients", "1"}};
  } client;
  client.start();
  CHECK(client.wait([&] { return client.logged("ERR max number of clients reached"); }));
}

TEST_CASE_METHOD(Real, "A wrong password is refused in Redis' words until it is right") {
  server.tell({"CONFIG", "SET", "requirepass", "right"});
  const test::TempDir dir;
  options.password_file = dir.file("password");
  std::ofstream(options.password_file) << "wr0ng-secret\n";
  start();
  REQUIRE(wait([&] { return logged("command: AUTH refused: WRONGPASS") && logged("subscriber: AUTH refused"); }));
  CHECK_FALSE(logged("wr0ng-secret"));
  std::ofstream(options.password_file) << "right\n";
  CHECK(wait([&] { return seen.both_up(); }));
}
