#include "redis/sentinel_watch.h"

#include "unit/redis/fake_redis.h"
#include "unit/uv/support.h"

using namespace freshet;
using namespace std::chrono_literals;
using test::bulk;
using test::FakeRedis;
using test::run_until;

namespace {

constexpr int kOld = 7000;
constexpr int kNew = 7001;

/// Three sentinels and a watch of what they say.
struct Fixture {
  Fixture() {
    for (auto* sentinel : all) {
      sentinel->answers["ROLE"] = test::role("sentinel");
      name(*sentinel, kOld, 3);
    }
  }

  static void name(FakeRedis& sentinel, int port, int epoch) {
    sentinel.answers["SENTINEL MASTER"] = "*6\r\n" + bulk("name") + bulk("mymaster") + bulk("config-epoch") +
                                          bulk(std::to_string(epoch)) + bulk("flags") + bulk("master");
    sentinel.answers["SENTINEL GET-MASTER-ADDR-BY-NAME"] = "*2\r\n" + bulk("10.0.0.1") + bulk(std::to_string(port));
  }
  static void forget(FakeRedis& sentinel) {
    sentinel.answers["SENTINEL MASTER"] = "-ERR No such master with that name\r\n";
    sentinel.answers["SENTINEL GET-MASTER-ADDR-BY-NAME"] = "*-1\r\n";
  }

  void start() {
    redis::SentinelWatch::Options options;
    options.master = "mymaster";
    for (const auto* sentinel : all) options.nodes.push_back(sentinel->address());
    options.connection.client_name = "freshet:a:sentinel";
    watch = std::make_unique<redis::SentinelWatch>(
        loop, options, [this](redis::Level, std::string line) { log.push_back(std::move(line)); });
    watch->start([this](const std::string& why) { moves.push_back(why); });
  }
  bool wait(const std::function<bool()>& done) { return run_until(loop, done); }
  [[nodiscard]] std::string primary() const {
    const auto found = watch->primary();
    return found ? found->text() : found.error().message;
  }
  [[nodiscard]] int lines(const std::string& text) const {
    int found = 0;
    for (const auto& line : log) found += line.find(text) == std::string::npos ? 0 : 1;
    return found;
  }

  uv::Loop loop;
  FakeRedis a{loop};
  FakeRedis b{loop};
  FakeRedis c{loop};
  std::array<FakeRedis*, 3> all{&a, &b, &c};
  std::vector<std::string> log;
  std::vector<std::string> moves;
  std::unique_ptr<redis::SentinelWatch> watch;
};

}  // namespace

TEST_CASE_METHOD(Fixture, "The primary is where the sentinels say") {
  start();
  CHECK(primary() == "sentinel mymaster: no sentinel answers (" + a.address().text() + ": connecting; " +
                         b.address().text() + ": connecting; " + c.address().text() + ": connecting)");
  REQUIRE(wait([&] { return !moves.empty(); }));
  CHECK(primary() == "10.0.0.1:7000");
  CHECK(moves == std::vector<std::string>{"sentinel: primary is 10.0.0.1:7000"});
  CHECK(lines("sentinel mymaster: primary is 10.0.0.1:7000, epoch 3") == 1);
  REQUIRE(wait([&] { return watch->summary() == "sentinel mymaster: 3 of 3 name 10.0.0.1:7000"; }));
}

TEST_CASE_METHOD(Fixture, "The first sentinel to answer is not believed before the others had their say") {
  name(b, kNew, 4);
  start();
  REQUIRE(wait([&] { return !moves.empty(); }));
  CHECK(moves == std::vector<std::string>{"sentinel: primary is 10.0.0.1:7001"});
}

TEST_CASE_METHOD(Fixture, "Nor is the first one to come back after none could be reached") {
  for (auto* sentinel : all) sentinel->close_at_once = true;
  name(b, kNew, 4);
  start();
  REQUIRE(wait([&] {
    return lines("sentinel " + a.address().text()) > 0 && lines("sentinel " + b.address().text()) > 0 &&
           lines("sentinel " + c.address().text()) > 0;
  }));
  // All can be reached again, but the others say nothing yet. Had they failed once more, they would count as heard.
  for (auto* sentinel : all) sentinel->close_at_once = false;
  for (auto* sentinel : {&b, &c}) sentinel->answers["ROLE"] = "";
  REQUIRE(wait([&] { return a.count("SENTINEL") > 1 && b.count("ROLE") >= 2 && c.count("ROLE") >= 2; }));
  for (auto* sentinel : {&b, &c}) sentinel->say(test::role("sentinel"));
  REQUIRE(wait([&] { return !moves.empty(); }));
  CHECK(moves == std::vector<std::string>{"sentinel: primary is 10.0.0.1:7001"});
}

TEST_CASE_METHOD(Fixture, "A sentinel that does not answer is not waited for without end") {
  c.answers["SENTINEL MASTER"] = c.answers["SENTINEL GET-MASTER-ADDR-BY-NAME"] = "";
  start();
  REQUIRE(wait([&] { return !moves.empty(); }));
  CHECK(primary() == "10.0.0.1:7000");
}

TEST_CASE_METHOD(Fixture, "An announcement makes the watch ask at once, whatever it says") {
  start();
  REQUIRE(wait([&] { return b.count("SUBSCRIBE") == 1 && !moves.empty(); }));
  CHECK(b.received.back() != FakeRedis::Command{"SENTINEL"});
  name(b, kNew, 4);
  b.say(test::message("+switch-master", "other 10.0.0.9 1 10.0.0.9 2"));
  REQUIRE(wait([&] { return moves.size() == 2; }));
  CHECK(moves.back() == "sentinel: primary moved from 10.0.0.1:7000 to 10.0.0.1:7001");
  CHECK(primary() == "10.0.0.1:7001");
}

TEST_CASE_METHOD(Fixture, "A sentinel that does not let its announcements be heard is named once") {
  b.answers["SUBSCRIBE"] = "-NOPERM this user has no permissions to access one of the channels\r\n";
  start();
  REQUIRE(wait([&] { return !moves.empty() && b.count("SUBSCRIBE") > 1; }));
  CHECK(lines("sentinel " + b.address().text() + ": SUBSCRIBE: NOPERM this user has no permissions") == 1);
  CHECK(lines("SUBSCRIBE") == 1);
}

TEST_CASE_METHOD(Fixture, "A move is noticed without an announcement, too") {
  start();
  REQUIRE(wait([&] { return !moves.empty(); }));
  name(a, kNew, 4);
  REQUIRE(wait([&] { return moves.size() == 2; }));
  CHECK(primary() == "10.0.0.1:7001");
}

TEST_CASE_METHOD(Fixture, "Sentinels that go away leave the primary known, and that is said") {
  start();
  REQUIRE(wait([&] { return watch->summary().find("3 of 3") != std::string::npos; }));
  for (auto* sentinel : all) {
    sentinel->stop_listening();
    sentinel->hang_up();
  }
  REQUIRE(wait([&] { return watch->summary().find("no sentinel answers (") != std::string::npos; }));
  CHECK(primary() == "10.0.0.1:7000");
  CHECK(moves.size() == 1);
}

TEST_CASE_METHOD(Fixture, "Why there is no primary is said for each sentinel") {
  a.stop_listening();
  forget(b);
  c.answers["ROLE"] = test::role("master");
  start();
  REQUIRE(wait([&] { return lines("does not know") == 1 && lines("not a sentinel") == 1 && lines("refused") == 1; }));
  CHECK(primary() == "sentinel mymaster: no sentinel knows it (" + a.address().text() + ": Connection refused; " +
                         b.address().text() + " does not know the master \"mymaster\"; " + c.address().text() +
                         ": is Redis itself, not a sentinel)");
  name(b, kOld, 3);
  REQUIRE(wait([&] { return !moves.empty(); }));
  CHECK(lines("does not know") == 1);
}

TEST_CASE_METHOD(Fixture, "Answers that make no sense end the connection, not the watch") {
  const auto nonsense = GENERATE(as<std::string>(), "+OK\r\n", "*0\r\n", "*2\r\n$1\r\nh\r\n$5\r\n70000\r\n",
                                 "*2\r\n$0\r\n\r\n$1\r\n1\r\n", "-LOADING\r\n");
  for (auto* sentinel : all) sentinel->answers["SENTINEL GET-MASTER-ADDR-BY-NAME"] = nonsense;
  start();
  REQUIRE(wait([&] { return lines("SENTINEL GET-MASTER-ADDR-BY-NAME: ") == 3; }));
  CHECK(moves.empty());
  name(a, kOld, 3);
  REQUIRE(wait([&] { return !moves.empty(); }));
}

TEST_CASE_METHOD(Fixture, "A watch can be destroyed at any time") {
  start();
  SECTION("at once") {}
  SECTION("connected") {
    REQUIRE(wait([&] { return a.count("SENTINEL") > 0; }));
  }
  SECTION("decided") {
    REQUIRE(wait([&] { return !moves.empty(); }));
  }
  watch.reset();
  test::run_a_while(loop);
  CHECK(moves.size() <= 1);
}
