#include "uv/signals.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <memory>
#include <vector>

#include "support.h"

using freshet::test::run_until;
using freshet::uv::Loop;
using freshet::uv::Signals;

TEST_CASE("Signals arrive as callbacks with their number") {
  Loop loop;
  std::vector<int> seen;
  const Signals signals(loop, {SIGUSR1, SIGUSR2}, [&](int signal) { seen.push_back(signal); });
  const auto keep_running = loop.after(std::chrono::minutes(1), [] {});
  ::raise(SIGUSR1);
  REQUIRE(run_until(loop, [&] { return seen.size() == 1; }));
  ::raise(SIGUSR2);
  REQUIRE(run_until(loop, [&] { return seen.size() == 2; }));
  CHECK(seen == std::vector<int>{SIGUSR1, SIGUSR2});
}

TEST_CASE("Waiting for signals does not keep the loop running") {
  Loop loop;
  const Signals signals(loop, {SIGUSR1}, [](int) { FAIL("no signal was sent"); });
  loop.run();
}

TEST_CASE("Signals may be destroyed inside their callback") {
  Loop loop;
  int calls = 0;
  std::unique_ptr<Signals> signals;
  signals = std::make_unique<Signals>(loop, std::initializer_list<int>{SIGUSR1, SIGUSR2},
                                      [&, guard = std::make_shared<int>(0)](int) {
                                        signals.reset();
                                        ++calls;
                                        CHECK(*guard == 0);
                                      });
  ::raise(SIGUSR1);
  CHECK(run_until(loop, [&] { return calls == 1; }));
}

TEST_CASE("With SIGPIPE ignored, writing to a closed pipe is an error to be returned") {
  freshet::uv::ignore_sigpipe();
  auto [reader, writer] = freshet::test::unix_pair();
  reader.reset();
  CHECK(::write(writer.get(), "x", 1) == -1);
  std::signal(SIGPIPE, SIG_DFL);
}
