#include "redis/redis_backplane.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <optional>

#include "support/redis_server.h"
#include "unit/redis/fake_redis.h"
#include "unit/redis/recorder.h"
#include "unit/uv/support.h"

using namespace freshet;
using namespace std::chrono_literals;
using broker::PublishResult;
using redis::Level;
using redis::RedisBackplane;
using test::FakeRedis;
using Kind = broker::PublishError::Kind;

namespace {

/// A backplane with an observer; the server is for those who derive from it.
struct Client {
  explicit Client(const uv::Address& address) {
    options.address = address;
    options.instance = "me";
    options.first_delay = 1ms;
    options.longest_delay = 5ms;
    options.seed = 7;
  }

  void start() {
    backplane = std::make_unique<RedisBackplane>(loop(), options,
                                                 [this](Level, const std::string& line) { log.push_back(line); });
    backplane->start(seen);
  }
  void connect() {
    start();
    REQUIRE(wait([this] { return seen.both_up(); }));
    backplane->sync(0, "");
    REQUIRE(wait([this] { return !seen.syncs.empty(); }));
  }
  bool wait(const std::function<bool()>& done) { return test::run_until(loop(), done); }
  bool logged(const std::string& part) const {
    return std::any_of(log.begin(), log.end(), [&](const auto& line) { return line.find(part) != std::string::npos; });
  }
  PublishResult publish(const std::string& channel) {
    std::optional<PublishResult> result;
    broker::Publication publication;
    publication.channel = channel;
    backplane->publish(publication, [&](PublishResult taken) { result = std::move(taken); });
    CHECK_FALSE(result);
    REQUIRE(wait([&] { return result.has_value(); }));
    return *result;
  }
  virtual ~Client() = default;
  virtual uv::Loop& loop() = 0;

  RedisBackplane::Options options;
  test::Recorder seen;
  std::vector<std::string> log;
  std::unique_ptr<RedisBackplane> backplane;
};

struct LoopAndFake {
  uv::Loop the_loop;
  FakeRedis server{the_loop};
};

struct Fake : LoopAndFake, Client {
  Fake() : Client(server.address()) {}
  ~Fake() override { backplane.reset(); }
  uv::Loop& loop() override { return the_loop; }

  /// What our own marks begin with, as the server has seen it.
  std::string tag() {
    for (const auto& command : server.received) {
      if (command.size() > 4 && command[1] == "freshet_mark") return command[4].substr(0, command[4].find('-') + 1);
    }
    return "";
  }
};

struct LoopAndReal {
  uv::Loop the_loop;
  test::RedisServer server;
};

struct Real : LoopAndReal, Client {
  Real() : Client(server.address()) {}
  ~Real() override { backplane.reset(); }
  uv::Loop& loop() override { return the_loop; }
};

const std::string kClock = "|1000|900|epoch|3600|0|3600|256|262144|1000|";

}  // namespace

TEST_CASE_METHOD(Fake, "The subscriber hears its marks, fences and control messages before it counts as up") {
  start();
  CHECK_THAT(backplane->trouble(), Catch::EndsWith(": subscriber: connecting"));
  REQUIRE(wait([&] { return seen.subscriber_up; }));
  REQUIRE(server.count("SUBSCRIBE") == 1);
  for (const auto& command : server.received) {
    if (command[0] != "SUBSCRIBE") continue;
    CHECK(command == FakeRedis::Command{"SUBSCRIBE", "freshet:!probe:me", "freshet:!fence", "freshet:!control"});
  }
}

TEST_CASE_METHOD(Fake, "Both connections name themselves after the instance") {
  connect();
  CHECK(std::count(server.received.begin(), server.received.end(),
                   FakeRedis::Command{"CLIENT", "SETNAME", "freshet:me:subscriber"}) == 1);
  CHECK(std::count(server.received.begin(), server.received.end(),
                   FakeRedis::Command{"CLIENT", "SETNAME", "freshet:me:command"}) == 1);
}

TEST_CASE_METHOD(Fake, "Only the first sync of a process writes its settings") {
  options.ring = 10;
  options.ttl = 60s;
  options.max_bytes = 1000;
  connect();
  backplane->sync(123, "life");
  REQUIRE(wait([&] { return seen.syncs.size() == 2; }));
  std::vector<FakeRedis::Command> syncs;
  for (const auto& command : server.received) {
    if (command.size() > 1 && command[1] == "freshet_sync") syncs.push_back(command);
  }
  CHECK(syncs[0] == FakeRedis::Command{"FCALL", "freshet_sync", "0", "0", "-", "RING", "10", "TTL", "60", "MAX", "1000",
                                       "SET", "PREFIX", "freshet:"});
  CHECK(syncs[1] == FakeRedis::Command{"FCALL", "freshet_sync", "0", "123", "life", "RING", "10", "TTL", "60", "MAX",
                                       "1000", "PREFIX", "freshet:"});
}

TEST_CASE_METHOD(Fake, "Settings that another daemon has written are warned of once") {
  options.ring = 10;
  connect();
  backplane->sync(0, "");
  REQUIRE(wait([&] { return seen.syncs.size() == 2; }));
  CHECK(std::count_if(log.begin(), log.end(), [](const auto& line) {
          return line.find("events 256 instead of 10") != std::string::npos;
        }) == 1);
}

TEST_CASE_METHOD(Fake, "An eviction policy that takes the proof away is warned of once") {
  server.answers["INFO memory"] = test::bulk("# Memory\r\nmaxmemory_policy:allkeys-lru\r\n");
  connect();
  server.hang_up();
  REQUIRE(wait([&] { return seen.count("command up") == 2; }));
  CHECK(std::count_if(log.begin(), log.end(), [](const auto& line) {
          return line.find("maxmemory-policy is allkeys-lru") != std::string::npos;
        }) == 1);
}

TEST_CASE_METHOD(Fake, "Messages cut anywhere arrive whole, without the prefix") {
  server.byte_by_byte = true;
  connect();
  backplane->subscribe({"a"});
  REQUIRE(wait([&] { return seen.count("confirmed a") == 1; }));
  server.say(test::message("freshet:a", "one\r\n") + test::message("elsewhere:a", "x") +
             test::message("freshet:b", ""));
  REQUIRE(wait([&] { return seen.messages.size() == 2; }));
  CHECK(seen.messages == std::vector<std::string>{"one\r\n", ""});
  CHECK(seen.count("message b") == 1);
}

TEST_CASE_METHOD(Fake, "Marks count only when they are this process's, whatever its name") {
  connect();
  backplane->mark(5);
  REQUIRE(wait([&] { return server.count("FCALL freshet_mark") == 1; }));
  const auto own = tag();
  REQUIRE(own.size() > 5);
  const std::string probe = "freshet:!probe:me";
  // To the subscriber only; the command link must not get what it did not ask for.
  server.answers["UNSUBSCRIBE"] = test::message(probe, "1-5" + kClock) + test::message(probe, "nonsense") +
                                  test::message("freshet:!fence", "-1") + test::message("freshet:!fence", "12") +
                                  test::message("freshet:!control", "anything") +
                                  test::message(probe, own + "5" + kClock);
  backplane->unsubscribe({"a"});
  REQUIRE(wait([&] { return !seen.marks.empty(); }));
  CHECK(seen.count("mark 5") == 1);
  CHECK(seen.marks[0].ttl == 3'600'000'000);
  CHECK(seen.fences == std::vector<broker::Id>{12});
  CHECK(seen.messages.empty());
  CHECK(backplane->status().malformed == 3);
}

TEST_CASE_METHOD(Fake, "An error on the subscriber ends it, with Redis' words") {
  connect();
  server.answers["SUBSCRIBE freshet:a"] = "-NOPERM this user has no permissions to access one of the channels\r\n";
  backplane->subscribe({"a"});
  REQUIRE(wait([&] { return seen.count("subscriber down") == 1; }));
  CHECK_THAT(backplane->trouble(),
             Catch::EndsWith("NOPERM this user has no permissions to access one of the channels"));
  REQUIRE(wait([&] { return seen.count("subscriber up") == 2; }));
  CHECK(backplane->status().subscriber_reconnects == 1);
  CHECK(seen.command_up);
}

TEST_CASE_METHOD(Fake, "A subscriber that is not confirmed is given up") {
  options.reply_deadline = 20ms;
  server.answers["SUBSCRIBE"] = "";
  start();
  REQUIRE(wait([&] { return logged("no reply to SUBSCRIBE in time"); }));
  CHECK(seen.count("subscriber up") == 0);
}

TEST_CASE_METHOD(Fake, "A replaced subscriber goes down on the next turn and comes back") {
  connect();
  backplane->replace_subscriber("two probes were not delivered");
  backplane->replace_subscriber("again");
  CHECK(seen.subscriber_up);
  REQUIRE(wait([&] { return seen.count("subscriber up") == 2; }));
  CHECK(seen.count("subscriber down") == 1);
  CHECK(logged("subscriber: two probes were not delivered"));
  CHECK(seen.count("command down") == 0);
}

TEST_CASE_METHOD(Fake, "While Redis refuses marks, both links stay and readiness says why") {
  connect();
  server.answers["FCALL freshet_mark"] = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
  backplane->mark(1);
  REQUIRE(wait([&] { return !backplane->trouble().empty(); }));
  CHECK_THAT(backplane->trouble(), Catch::EndsWith("command: FCALL freshet_mark: OOM command not allowed when used "
                                                   "memory > 'maxmemory'."));
  backplane->replace_subscriber("two probes were not delivered");
  server.answers["FCALL freshet_mark"] = test::bulk(tag() + "2" + kClock);
  backplane->mark(2);
  REQUIRE(wait([&] { return backplane->trouble().empty(); }));
  CHECK(seen.count("subscriber down") == 0);
  CHECK(seen.count("command down") == 0);
}

TEST_CASE_METHOD(Fake, "A refused mark that another connection may cure ends the command link") {
  connect();
  server.answers["FCALL freshet_mark"] = "-READONLY You can't write against a read only replica.\r\n";
  backplane->mark(1);
  REQUIRE(wait([&] { return seen.count("command down") == 1; }));
  CHECK_THAT(backplane->trouble(), Catch::Contains("command: FCALL freshet_mark: READONLY"));
  CHECK(seen.subscriber_up);
}

TEST_CASE_METHOD(Fake, "Evidence that was refused is asked for again on a new link") {
  connect();
  server.answers["FCALL freshet_sync"] = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
  backplane->sync(1, "life");
  REQUIRE(wait([&] { return seen.count("command up") == 2; }));
  CHECK(seen.syncs.size() == 1);
  CHECK(logged("FCALL freshet_sync: OOM"));
}

TEST_CASE_METHOD(Fake, "A read that fails ends the command link, and a later one is answered") {
  connect();
  server.answers["LRANGE"] = "-BUSY Redis is busy running a script.\r\n";
  backplane->read_history("a");
  backplane->read_history("b");
  REQUIRE(wait([&] { return seen.count("command up") == 2; }));
  CHECK(seen.reads.empty());
  CHECK(logged("command: LRANGE: BUSY Redis is busy running a script."));
  server.answers["LRANGE"] = "*1\r\n" + test::bulk("record");
  backplane->read_history("c");
  REQUIRE(wait([&] { return seen.reads.size() == 1; }));
  CHECK(seen.reads[0].channel == "c");
  CHECK(seen.reads[0].records == std::vector<std::string>{"record"});
  CHECK(seen.reads[0].now == 1'000'005);
}

TEST_CASE_METHOD(Fake, "A clock that is missing is a floor of 0 and no epoch") {
  connect();
  server.answers["HMGET"] = "*2\r\n$-1\r\n$-1\r\n";
  backplane->read_history("a");
  REQUIRE(wait([&] { return seen.reads.size() == 1; }));
  CHECK(seen.reads[0].floor == 0);
  CHECK(seen.reads[0].epoch.empty());
}

TEST_CASE_METHOD(Fake, "Publications fail while the command link is down, under way or not begun") {
  SECTION("not begun") {
    server.stop_listening();
    start();
    const auto result = publish("a");
    REQUIRE_FALSE(result);
    CHECK(result.error().kind == Kind::kUnavailable);
    CHECK_THAT(result.error().message, Catch::Contains(": command: "));
  }
  SECTION("under way") {
    connect();
    server.answers["FCALL freshet_publish"] = "";
    std::optional<PublishResult> result;
    backplane->publish({}, [&](PublishResult taken) { result = std::move(taken); });
    REQUIRE(wait([&] { return server.count("FCALL freshet_publish") == 1; }));
    server.hang_up();
    REQUIRE(wait([&] { return result.has_value(); }));
    REQUIRE_FALSE(*result);
    CHECK(result->error().kind == Kind::kUnavailable);
    CHECK_THAT(result->error().message, Catch::EndsWith("command: Redis closed the connection"));
  }
}

TEST_CASE_METHOD(Fake, "Bars that cannot be stored are one line in the log, however many they are") {
  server.answers["FCALL freshet_bar"] = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
  connect();
  const auto store = [&](int bars) {
    int failed = 0;
    int answered = 0;
    for (int i = 0; i < bars; ++i) {
      backplane->store_bar({"user" + std::to_string(i), 60s, {}}, [&](const base::Result<broker::Bar>& bar) {
        ++answered;
        failed += bar ? 0 : 1;
      });
    }
    REQUIRE(wait([&] { return answered == bars; }));
    return failed;
  };
  const auto lines = [&] {
    return std::count_if(log.begin(), log.end(),
                         [](const auto& line) { return line.find("disconnects: ") != line.npos; });
  };
  CHECK(store(100) == 100);
  CHECK(lines() == 1);
  server.answers["FCALL freshet_bar"] = test::bulk("1:2");
  CHECK(store(1) == 0);
  server.answers["FCALL freshet_bar"] = "-OOM command not allowed when used memory > 'maxmemory'.\r\n";
  CHECK(store(1) == 1);
  CHECK(lines() == 2);
}

TEST_CASE_METHOD(Fake, "Calls without links do nothing") {
  server.stop_listening();
  start();
  backplane->subscribe({"a"});
  backplane->unsubscribe({"a"});
  backplane->mark(1);
  backplane->sync(1, "");
  backplane->read_history("a");
  backplane->replace_subscriber("x");
  REQUIRE(wait([&] { return logged("command: connect to") && logged("subscriber: connect to"); }));
  CHECK(seen.events.empty());
  CHECK_FALSE(backplane->status().command_up);
  CHECK_FALSE(backplane->status().subscriber_up);
}

TEST_CASE_METHOD(Fake, "A backplane can be destroyed in every state without a word") {
  bool published = false;
  SECTION("not started") {
    backplane = std::make_unique<RedisBackplane>(the_loop, options, [](Level, const std::string&) {});
  }
  SECTION("connecting") { start(); }
  SECTION("up, with everything under way") {
    connect();
    backplane->subscribe({"a"});
    backplane->mark(1);
    backplane->sync(1, "");
    backplane->read_history("a");
    backplane->publish({}, [&](const PublishResult&) { published = true; });
  }
  SECTION("with a publication refused") {
    start();
    backplane->publish({}, [&](const PublishResult&) { published = true; });
  }
  SECTION("being replaced") {
    connect();
    backplane->replace_subscriber("x");
  }
  const auto events = seen.events;
  backplane.reset();
  test::run_a_while(the_loop);
  CHECK(seen.events == events);
  CHECK_FALSE(published);
}

TEST_CASE_METHOD(Real, "A real server gets the functions, and again after they were flushed") {
  connect();
  CHECK(logged("connected to Redis "));
  REQUIRE(publish("a"));
  server.tell({"FUNCTION", "FLUSH"});
  backplane->mark(1);
  REQUIRE(wait([&] { return seen.count("command up") == 2; }));
  CHECK(logged("FCALL freshet_mark: ERR Function not found"));
  CHECK(publish("a"));
  CHECK(seen.subscriber_up);
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
