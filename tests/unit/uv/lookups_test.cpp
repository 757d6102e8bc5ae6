#include "uv/lookups.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <condition_variable>
#include <dlfcn.h>
#include <memory>
#include <mutex>
#include <netdb.h>
#include <string>
#include <vector>

#include "support.h"
#include "uv/resolver.h"

using freshet::base::Result;
using freshet::test::run_until;
using freshet::uv::Loop;
using freshet::uv::Resolver;
using freshet::uv::SocketAddress;

namespace {

/// A name server that does not answer before it is told to, for all names that end in `.stuck`.
class NameServer {
 public:
  ~NameServer() { answer(); }

  void wait(const std::string& name) {
    std::unique_lock lock(mutex_);
    asked_.push_back(name);
    changed_.notify_all();
    changed_.wait(lock, [this] { return answers_; });
  }
  void answer() {
    const std::lock_guard lock(mutex_);
    answers_ = true;
    changed_.notify_all();
  }
  void be_silent() {
    const std::lock_guard lock(mutex_);
    answers_ = false;
    asked_.clear();
  }
  std::vector<std::string> asked(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return asked_.size() >= count; });
    auto names = asked_;
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> asked_;
  bool answers_ = true;
};

/// Threads may ask when the test is over.
NameServer& name_server() {
  static auto* server = new NameServer;
  return *server;
}

struct Fixture {
  Fixture() { name_server().be_silent(); }
  ~Fixture() { name_server().answer(); }

  using Found = std::vector<std::string>;

  /// What becomes of it is the next one of `answers`.
  std::unique_ptr<Resolver> resolve(const std::string& name, std::uint16_t port = 1) {
    return std::make_unique<Resolver>(*loop, name, port, [this](const Result<std::vector<SocketAddress>>& found) {
      answers.push_back(found ? found->front().address().text() : found.error().message);
    });
  }

  std::unique_ptr<Loop> loop = std::make_unique<Loop>();
  std::vector<std::string> answers;
};

}  // namespace

/// The program's own comes before the C library's.
extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* hints, addrinfo** found) {
  const auto real = reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
  if (!std::string_view(name).ends_with(".stuck")) return real(name, service, hints, found);
  name_server().wait(name);
  return real("127.0.0.9", service, hints, found);
}

TEST_CASE_METHOD(Fixture, "A name is looked up once at a time, however many ask for it") {
  const auto first = resolve("one.stuck", 1);
  const auto second = resolve("one.stuck", 2);
  const auto other = resolve("two.stuck", 3);
  CHECK(name_server().asked(2) == std::vector<std::string>{"one.stuck", "two.stuck"});
  name_server().answer();
  REQUIRE(run_until(*loop, [&] { return answers.size() == 3; }));
  std::sort(answers.begin(), answers.end());
  CHECK(answers == std::vector<std::string>{"127.0.0.9:1", "127.0.0.9:2", "127.0.0.9:3"});

  const auto again = resolve("one.stuck");
  REQUIRE(run_until(*loop, [&] { return answers.size() == 4; }));
  CHECK(name_server().asked(3).size() == 3);
}

TEST_CASE_METHOD(Fixture, "A lookup that was given up answers the next one who asks") {
  resolve("one.stuck").reset();
  CHECK(name_server().asked(1).size() == 1);
  const auto next = resolve("one.stuck");
  name_server().answer();
  REQUIRE(run_until(*loop, [&] { return !answers.empty(); }));
  CHECK(answers.size() == 1);
  CHECK(name_server().asked(1).size() == 1);
}

TEST_CASE_METHOD(Fixture, "A name that is stuck holds up no other one") {
  std::vector<std::unique_ptr<Resolver>> stuck;
  for (int i = 0; i < 10; ++i) stuck.push_back(resolve(std::to_string(i) + ".stuck"));
  CHECK(name_server().asked(10).size() == 10);
  const auto fine = resolve("127.0.0.3", 5);
  REQUIRE(run_until(*loop, [&] { return !answers.empty(); }));
  CHECK(answers == std::vector<std::string>{"127.0.0.3:5"});
}

TEST_CASE_METHOD(Fixture, "A lookup that nobody waits for keeps no loop running, and no loop from ending") {
  auto resolver = resolve("one.stuck");
  CHECK(name_server().asked(1).size() == 1);
  SECTION("running") {
    resolver.reset();
    loop->run();
    loop.reset();
  }
  SECTION("ending") {
    resolver.reset();
    loop.reset();
  }
  CHECK(answers.empty());
}

TEST_CASE_METHOD(Fixture, "Whoever is told an answer may destroy all who wait for it, and ask again") {
  std::array<std::unique_ptr<Resolver>, 2> resolvers;
  int told = 0;
  const auto tell = [&](const Result<std::vector<SocketAddress>>&) {
    ++told;
    for (auto& resolver : resolvers) resolver.reset();
    if (told == 1) resolvers[0] = resolve("one.stuck");
  };
  for (auto& resolver : resolvers) resolver = std::make_unique<Resolver>(*loop, "one.stuck", std::uint16_t{1}, tell);
  name_server().answer();
  REQUIRE(run_until(*loop, [&] { return !answers.empty(); }));
  CHECK(told == 1);
  CHECK(name_server().asked(2).size() == 2);
}
