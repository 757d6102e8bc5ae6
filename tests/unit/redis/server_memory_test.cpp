#include "redis/server_memory.h"

#include <string>
#include <vector>

#include "support/manual_clock.h"
#include "unit/redis/fake_redis.h"
#include "unit/uv/support.h"

using namespace freshet;
using namespace std::chrono_literals;
using redis::Level;
using redis::Link;

namespace {

constexpr auto kAgain = 5s;

/// A link to a server that is as full as the test says.
struct Watched : Link::User {
  Watched() {
    redis::Connection::Options connection;
    connection.address = server.address();
    link = std::make_unique<Link>(
        loop,
        Link::Options{
            .name = {}, .connection = connection, .where = {}, .first_delay = 1ms, .longest_delay = 5ms, .seed = 1},
        [this](Level level, const std::string& line) {
          if (level != Level::kError) log.push_back((level == Level::kWarn ? "warn " : "info ") + line);
        },
        *this);
    memory = std::make_unique<redis::ServerMemory>(clock, *link);
  }
  virtual ~Watched() = default;

  void use(std::uint64_t percent, const std::string& policy = "noeviction", std::uint64_t limit = 1000) {
    server.answers["INFO memory"] =
        test::bulk("# Memory\r\nused_memory:" + std::to_string(percent * 10) +
                   "\r\nmaxmemory:" + std::to_string(limit) + "\r\nmaxmemory_policy:" + policy + "\r\n");
  }
  /// The latest answer after `times` of them.
  const std::optional<redis::Memory>& after(int times) {
    REQUIRE(test::run_until(loop, [&] { return server.count("INFO memory") == times && memory->latest(); }));
    test::run_a_while(loop);
    return memory->latest();
  }
  [[nodiscard]] int logged(const std::string& part) const {
    return static_cast<int>(
        std::count_if(log.begin(), log.end(), [&](const auto& line) { return line.find(part) != std::string::npos; }));
  }

  void on_connected() override {
    memory->start();
    link->declare_up("up");
  }
  void on_push(redis::Value) override {}
  void on_batch_begin() override {}
  void on_batch_end() override {}
  void on_lost(bool) override { memory->stop(); }

  uv::Loop loop;
  test::ManualClock clock;
  test::FakeRedis server{loop};
  std::vector<std::string> log;
  std::unique_ptr<redis::ServerMemory> memory;
  std::unique_ptr<Link> link;
};

}  // namespace

TEST_CASE_METHOD(Watched, "A server is asked when it is reached, and again every few seconds") {
  use(40);
  link->start();
  CHECK(after(1)->used_bytes == 400);
  use(60);
  clock.advance(kAgain - 1ms);
  test::run_a_while(loop);
  CHECK(server.count("INFO memory") == 1);
  clock.advance(1ms);
  CHECK(after(2)->used_bytes == 600);
}

TEST_CASE_METHOD(Watched, "Of a server that is away nothing is known, and nobody asks it") {
  use(40);
  link->start();
  after(1);
  server.stop_listening();
  server.hang_up();
  REQUIRE(test::run_until(loop, [&] { return !link->up(); }));
  CHECK_FALSE(memory->latest());
  CHECK(clock.running() == 0);
}

TEST_CASE_METHOD(Watched, "A full server is warned of once, until it has some room again") {
  use(94);
  link->start();
  after(1);
  CHECK(logged("full") == 0);
  int asked = 1;
  for (const std::uint64_t percent : {95U, 91U, 101U}) {
    use(percent);
    clock.advance(kAgain);
    after(++asked);
    CHECK(logged("warn redis") == 1);
  }
  CHECK(logged("as good as full; at its maxmemory it refuses events (OOM): 950 bytes are used, maxmemory is 1000") ==
        1);
  use(89);
  clock.advance(kAgain);
  after(++asked);
  CHECK(logged("info redis " + server.address().text() + ": no longer full: 890 bytes are used, maxmemory is 1000") ==
        1);
}

TEST_CASE_METHOD(Watched, "A limit that is taken away ends it, too") {
  use(100);
  link->start();
  after(1);
  use(100, "noeviction", 0);
  clock.advance(kAgain);
  after(2);
  CHECK(logged("no longer full: 1000 bytes are used, maxmemory is not set") == 1);
}

TEST_CASE_METHOD(Watched, "An evicting policy is warned of once, also by a server that comes back") {
  use(100, "allkeys-lru");
  link->start();
  after(1);
  server.hang_up();
  after(2);
  CHECK(logged("maxmemory-policy is allkeys-lru") == 1);
  CHECK(logged("as good as full; at its maxmemory it evicts histories") == 1);
}

TEST_CASE_METHOD(Watched, "A server that may not be asked is no trouble") {
  server.answers["INFO memory"] = "-NOPERM this user has no permissions to run the 'info' command\r\n";
  link->start();
  REQUIRE(test::run_until(loop, [&] { return server.count("INFO memory") == 1; }));
  test::run_a_while(loop);
  CHECK_FALSE(memory->latest());
  CHECK(link->up());
}
