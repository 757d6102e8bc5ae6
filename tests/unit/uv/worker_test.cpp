#include "uv/worker.h"

#include <catch2/catch.hpp>
#include <memory>
#include <thread>

#include "uv/loop.h"

using freshet::base::Result;
using freshet::uv::Loop;
using freshet::uv::Worker;

TEST_CASE("work runs on another thread, and its result comes back on the loop's") {
  Loop loop;
  const auto here = std::this_thread::get_id();
  std::thread::id there;
  std::string result;
  Worker worker(
      loop,
      [&there](const std::atomic<bool>&) -> Result<std::string> {
        there = std::this_thread::get_id();
        return "done";
      },
      [&](const Result<std::string>& got) {
        CHECK(std::this_thread::get_id() == here);
        result = got.value();
      });
  CHECK(result.empty());
  loop.run();
  CHECK(result == "done");
  CHECK(there != here);
}

TEST_CASE("a worker may be destroyed in its own callback") {
  Loop loop;
  bool called = false;
  std::unique_ptr<Worker> worker;
  worker = std::make_unique<Worker>(
      loop, [](const std::atomic<bool>&) -> Result<std::string> { return freshet::base::fail("no"); },
      [&](const Result<std::string>& got) {
        called = got.error().message == "no";
        worker.reset();
      });
  loop.run();
  CHECK(called);
}

TEST_CASE("a worker that is dropped is asked to stop, and nobody hears of its result") {
  Loop loop;
  std::atomic<bool> started = false;
  auto worker = std::make_unique<Worker>(
      loop,
      [&started](const std::atomic<bool>& cancelled) -> Result<std::string> {
        started = true;
        while (!cancelled) std::this_thread::yield();
        return "stopped";
      },
      [](const Result<std::string>&) { FAIL("the result was dropped"); });
  while (!started) std::this_thread::yield();
  worker.reset();
  loop.run();
}
