#include "uv/loop.h"

#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "support.h"

using namespace std::chrono_literals;
using freshet::base::Timer;
using freshet::uv::Fd;
using freshet::uv::Loop;

TEST_CASE("A loop with nothing to do returns at once, again and again") {
  Loop loop;
  loop.run();
  loop.run();
  CHECK(loop.read_buffer().size() == 65'536);
}

TEST_CASE("Timers fire once each, in the order of their times and then of their making") {
  Loop loop;
  std::vector<int> order;
  std::vector<std::unique_ptr<Timer>> timers;
  const auto add = [&](freshet::base::Duration delay, int name) {
    timers.push_back(loop.after(delay, [&order, name] { order.push_back(name); }));
  };
  add(5ms, 4);
  add(2ms, 2);
  add(2ms, 3);
  add(1ms, 1);
  loop.run();
  CHECK(order == std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("A timer never fires before its time, fractions of a millisecond included") {
  Loop loop;
  const auto start = loop.now();
  auto fired = start;
  const auto timer = loop.after(2500us, [&] { fired = loop.now(); });
  loop.run();
  CHECK(fired - start >= 3ms);
}

TEST_CASE("The wall clock tells microseconds since the epoch") {
  const Loop loop;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto distance = std::chrono::microseconds(loop.wall_us()) - now;
  CHECK(distance > -1h);
  CHECK(distance < 1h);
}

TEST_CASE("A timer that is destroyed does not fire, and does not keep the loop running") {
  Loop loop;
  const auto delay = GENERATE(as<freshet::base::Duration>(), 0ms, 1ms, 1h);
  auto timer = loop.after(delay, [] { FAIL("fired"); });
  timer.reset();
  loop.run();
}

TEST_CASE("A timer may be destroyed, and replaced, inside its own callback") {
  Loop loop;
  const auto delay = GENERATE(as<freshet::base::Duration>(), 0ms, 1ms);
  int fired = 0;
  std::unique_ptr<Timer> timer;
  const std::function<void()> again = [&, guard = std::make_shared<int>(0)] {
    if (++fired < 3) {
      timer = loop.after(delay, again);
    } else {
      timer.reset();
    }
    CHECK(*guard == 0);
  };
  timer = loop.after(delay, again);
  loop.run();
  CHECK(fired == 3);
}

TEST_CASE("Callbacks without delay run in order, never inside after") {
  Loop loop;
  std::vector<int> order;
  std::vector<std::unique_ptr<Timer>> timers;
  timers.reserve(3);
  for (int i = 0; i < 3; ++i) timers.push_back(loop.after({}, [&order, i] { order.push_back(i); }));
  CHECK(order.empty());
  loop.run();
  CHECK(order == std::vector<int>{0, 1, 2});
}

TEST_CASE("A callback without delay may cancel the one after it") {
  Loop loop;
  std::unique_ptr<Timer> second;
  const auto first = loop.after({}, [&] { second.reset(); });
  second = loop.after({}, [] { FAIL("cancelled"); });
  loop.run();
}

TEST_CASE("Callbacks that ask for callbacks without delay leave I/O and timers their turn") {
  Loop loop;
  auto [client, server] = freshet::test::unix_pair();
  freshet::test::Endpoint endpoint(loop, std::move(server));
  endpoint.socket->read(true);
  freshet::test::send_raw(client, "x");
  bool timer_fired = false;
  const auto timer = loop.after(1ms, [&] { timer_fired = true; });
  std::unique_ptr<Timer> spinner;
  const std::function<void()> spin = [&] { spinner = loop.after({}, spin); };
  spin();
  CHECK(freshet::test::run_until(loop, [&] { return timer_fired && endpoint.received == "x"; }));
  spinner.reset();
}

TEST_CASE("Stop ends the current turn only") {
  Loop loop;
  int fired = 0;
  const auto first = loop.after(1ms, [&] {
    ++fired;
    loop.stop();
  });
  const auto second = loop.after(50ms, [&] { ++fired; });
  loop.run();
  CHECK(fired == 1);
  loop.run();
  CHECK(fired == 2);
}

TEST_CASE("A loop that ends while something is open aborts and says what") {
  std::array<int, 2> pipe{};
  REQUIRE(::pipe(pipe.data()) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);
    ::dup2(pipe[1], STDERR_FILENO);
    std::unique_ptr<Timer> timer;
    {
      Loop loop;
      timer = loop.after(1h, [] {});
    }
    ::_exit(0);
  }
  ::close(pipe[1]);
  const Fd output(pipe[0]);
  std::string said(200, '\0');
  const auto size = ::read(output.get(), said.data(), said.size());
  said.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
  CHECK(said.find("the event loop ends while a timer handle is open") != std::string::npos);
}
