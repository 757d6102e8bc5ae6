#include "redis/redis_backplane.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "redis/codec.h"
#include "redis/publishing.h"
#include "unit/redis/backplane_client.h"
#include "unit/redis/fake_redis.h"

using namespace freshet;
using namespace std::chrono_literals;
using broker::PublishResult;
using test::FakeRedis;
using Kind = broker::PublishError::Kind;
using Client = test::BackplaneClient;

namespace {

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

TEST_CASE_METHOD(Fake, "The status says how full Redis is, as long as it is reached") {
  server.answers["INFO memory"] =
      test::bulk("# Memory\r\nused_memory:960\r\nmaxmemory:1000\r\nmaxmemory_policy:noeviction\r\n");
  start();
  CHECK_FALSE(backplane->status().memory);
  REQUIRE(wait([&] { return backplane->status().memory.has_value(); }));
  CHECK(backplane->status().memory->used_bytes == 960);
  CHECK(logged("command: as good as full; at its maxmemory it refuses events (OOM)"));
  server.stop_listening();
  server.hang_up();
  REQUIRE(wait([&] { return !backplane->status().command_up; }));
  CHECK_FALSE(backplane->status().memory);
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

TEST_CASE_METHOD(Fake, "What was read at once is one batch, and a control message ends it") {
  struct Control : broker::ControlBus::Observer {
    void on_control_up() override {}
    void on_control(std::string_view /*message*/) override { heard_in_batch.push_back(seen->batching); }
    const test::Recorder* seen = nullptr;
    std::vector<bool> heard_in_batch;
  } hearing;
  hearing.seen = &seen;
  control = &hearing;
  start();
  REQUIRE(wait([&] { return seen.both_up(); }));
  const auto message = [](const char* name) { return test::message("freshet:" + std::string(name), "x"); };
  server.say(message("a") + message("b") + message("!control") + message("a"));
  REQUIRE(wait([&] { return seen.messages.size() == 3; }));
  CHECK(seen.batch_of[0] > 0);
  CHECK(seen.batch_of[1] == seen.batch_of[0]);
  CHECK(seen.batch_of[2] == seen.batch_of[1] + 1);
  CHECK(hearing.heard_in_batch == std::vector<bool>{false});
  CHECK(seen.batches_fit);
  CHECK_FALSE(seen.batching);
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

TEST_CASE_METHOD(Fake, "A subscriber that was confirmed is not given up behind the time for that") {
  options.reply_deadline = 100ms;
  connect();
  bool over = false;
  const auto timer = the_loop.after(300ms, [&] { over = true; });
  REQUIRE(wait([&] { return over; }));
  CHECK(seen.count("subscriber down") == 0);
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
  server.answers["FCALL freshet_mark"] = "-NOPERM this user has no permissions to run the 'fcall' command.\r\n";
  backplane->mark(1);
  REQUIRE(wait([&] { return seen.count("command down") == 1; }));
  CHECK_THAT(backplane->trouble(), Catch::Contains("command: FCALL freshet_mark: NOPERM"));
  CHECK(seen.subscriber_up);
}

TEST_CASE_METHOD(Fake, "A mark that is refused by a replica ends both links: what it publishes is not all there is") {
  connect();
  server.answers["FCALL freshet_mark"] = "-READONLY You can't write against a read only replica.\r\n";
  backplane->mark(1);
  REQUIRE(wait([&] { return seen.count("command down") == 1 && seen.count("subscriber down") == 1; }));
  CHECK(logged("command: FCALL freshet_mark: READONLY"));
  CHECK(logged("subscriber: the server has become a replica"));
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

TEST_CASE_METHOD(Fake, "A ring too large to be read is one that was trimmed") {
  connect();
  server.answers["LRANGE"] = "*4\r\n" + test::bulk("newest") + test::bulk("newer") + "$-1\r\n$-1\r\n";
  backplane->read_history("a");
  REQUIRE(wait([&] { return seen.reads.size() == 1; }));
  CHECK(seen.reads[0].readable);
  CHECK(seen.reads[0].records == std::vector<std::string>{"newest", "newer"});
}

TEST_CASE_METHOD(Fake, "A clock that is missing is a floor of 0 and no epoch") {
  connect();
  server.answers["HMGET"] = "*2\r\n$-1\r\n$-1\r\n";
  backplane->read_history("a");
  REQUIRE(wait([&] { return seen.reads.size() == 1; }));
  CHECK(seen.reads[0].floor == 0);
  CHECK(seen.reads[0].epoch.empty());
}

TEST_CASE_METHOD(Fake, "A publication fails while the command link is down") {
  server.stop_listening();
  start();
  const auto result = publish("a");
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == Kind::kUnavailable);
  CHECK_THAT(result.error().message, Catch::Contains(": command: "));
}

TEST_CASE_METHOD(Fake, "What became of a publication is not known when the link is lost before the reply") {
  connect();
  server.answers["FCALL freshet_publish"] = "";
  std::optional<PublishResult> result;
  backplane->publish({}, [&](PublishResult taken) { result = std::move(taken); });
  REQUIRE(wait([&] { return server.count("FCALL freshet_publish") == 1; }));
  server.hang_up();
  REQUIRE(wait([&] { return result.has_value(); }));
  REQUIRE_FALSE(*result);
  CHECK(result->error().kind == Kind::kUnknown);
  CHECK_THAT(result->error().message, Catch::EndsWith("command: Redis closed the connection"));
}

TEST_CASE_METHOD(Fake, "Publications fill what may wait to be sent to the byte, and leave room for marks") {
  constexpr std::size_t kRoom = std::size_t{63} << 20U;
  connect();
  server.answers["FCALL freshet_publish"] = ":7\r\n";
  broker::Publication publication;
  publication.channel = "a";
  publication.data.assign(kRoom, 'x');
  const auto command = redis::publish_command(publication, "freshet:");
  const auto framing = redis::command_bytes(std::vector<std::string_view>(command.begin(), command.end())) - kRoom;
  std::vector<PublishResult> results;
  const auto publish = [&] {
    backplane->publish(publication, [&](PublishResult result) { results.push_back(std::move(result)); });
  };

  publication.data.resize(kRoom - framing + 1);
  publish();
  publication.data.pop_back();
  publish();
  publication.data.clear();
  publish();
  backplane->mark(1);
  REQUIRE(wait([&] { return results.size() == 3 && server.count("FCALL freshet_mark") == 1; }));
  // Refusals come on the next turn, before any reply.
  REQUIRE_FALSE(results[0]);
  CHECK(results[0].error().kind == Kind::kTooLarge);
  CHECK(results[0].error().message == "data of " + std::to_string(kRoom - framing + 1) + " bytes");
  REQUIRE_FALSE(results[1]);
  CHECK(results[1].error().kind == Kind::kUnavailable);
  CHECK_THAT(results[1].error().message, Catch::EndsWith("too much waits to be sent"));
  CHECK(results[2] == 7);
  CHECK(seen.count("command down") == 0);
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
    backplane = std::make_unique<redis::RedisBackplane>(the_loop, options, [](redis::Level, const std::string&) {});
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
