#include "uv/turn_end.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "support.h"

using namespace std::chrono_literals;
using freshet::test::Endpoint;
using freshet::uv::Loop;
using freshet::uv::TurnEnd;

TEST_CASE("The end of a turn comes after all I/O callbacks of that turn") {
  Loop loop;
  std::vector<std::string> order;
  auto [client_a, server_a] = freshet::test::unix_pair();
  auto [client_b, server_b] = freshet::test::unix_pair();
  Endpoint a(loop, std::move(server_a));
  Endpoint b(loop, std::move(server_b));
  for (auto* endpoint : {&a, &b}) {
    endpoint->at_data = [&] { order.emplace_back("data"); };
    endpoint->socket->read(true);
  }
  freshet::test::send_raw(client_a, "a");
  freshet::test::send_raw(client_b, "b");
  const TurnEnd turn_end(loop, [&] {
    if (order.empty()) return;
    order.emplace_back("end");
    loop.stop();
  });
  loop.run();
  CHECK(order == std::vector<std::string>{"data", "data", "end"});
}

TEST_CASE("What a timer has made is seen before the loop blocks") {
  Loop loop;
  const auto delay = GENERATE(as<freshet::base::Duration>(), 0ms, 1ms);
  auto pair = freshet::test::unix_pair();
  Endpoint endpoint(loop, std::move(pair.second));
  endpoint.socket->read(true);
  bool dirty = false;
  const auto timer = loop.after(delay, [&] { dirty = true; });
  const TurnEnd turn_end(loop, [&] {
    if (!dirty) return;
    dirty = false;
    freshet::test::send_raw(pair.first, "flushed");
  });
  CHECK(freshet::test::run_until(loop, [&] { return endpoint.received == "flushed"; }));
}

TEST_CASE("The end of a turn alone does not keep the loop running") {
  Loop loop;
  const TurnEnd turn_end(loop, [] {});
  loop.run();
}

TEST_CASE("The end of a turn may be destroyed inside its callback") {
  Loop loop;
  int calls = 0;
  std::unique_ptr<TurnEnd> turn_end;
  turn_end = std::make_unique<TurnEnd>(loop, [&, guard = std::make_shared<int>(0)] {
    turn_end.reset();
    ++calls;
    CHECK(*guard == 0);
  });
  const auto timer = loop.after(1ms, [] {});
  loop.run();
  CHECK(calls == 1);
}
