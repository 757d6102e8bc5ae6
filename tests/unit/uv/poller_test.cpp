#include "uv/poller.h"

#include <catch2/catch.hpp>
#include <memory>
#include <vector>

#include "support.h"

using freshet::test::Endpoint;
using freshet::test::run_until;
using freshet::test::send_raw;
using freshet::test::unix_pair;
using freshet::uv::Fd;
using freshet::uv::Loop;

namespace {

/// Sockets that read, each with the other end to send from.
struct Fixture {
  explicit Fixture(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      auto [client, server] = unix_pair();
      clients.push_back(std::move(client));
      endpoints.push_back(std::make_unique<Endpoint>(loop, std::move(server)));
      endpoints.back()->socket->read(true);
    }
  }
  [[nodiscard]] std::size_t served() const {
    std::size_t calls = 0;
    for (const auto& endpoint : endpoints) calls += static_cast<std::size_t>(endpoint->data_calls);
    return calls;
  }

  Loop loop;
  std::vector<Fd> clients;
  std::vector<std::unique_ptr<Endpoint>> endpoints;
};

}  // namespace

TEST_CASE("A socket that is destroyed while others are told is not told any more") {
  Fixture f(10);
  for (const auto& client : f.clients) send_raw(client, "x");
  for (auto& endpoint : f.endpoints) {
    endpoint->at_data = [&f, self = endpoint.get()] {
      for (auto& other : f.endpoints) {
        if (other.get() != self) other->socket.reset();
      }
    };
  }
  REQUIRE(run_until(f.loop, [&] { return f.served() > 0; }));
  freshet::test::run_a_while(f.loop);
  CHECK(f.served() == 1);
}

TEST_CASE("A socket made in the place of one that was destroyed is not told of that one's events") {
  Fixture f(2);
  for (const auto& client : f.clients) send_raw(client, "x");
  std::unique_ptr<Endpoint> next;
  auto [client, server] = unix_pair();
  for (auto& endpoint : f.endpoints) {
    endpoint->at_data = [&, self = endpoint.get()] {
      for (auto& other : f.endpoints) {
        if (other.get() != self) other->socket.reset();
      }
      next = std::make_unique<Endpoint>(f.loop, std::move(server));
      next->socket->read(true);
    };
  }
  REQUIRE(run_until(f.loop, [&] { return next != nullptr; }));
  freshet::test::run_a_while(f.loop);
  CHECK(next->data_calls == 0);
  send_raw(client, "y");
  CHECK(run_until(f.loop, [&] { return next->received == "y"; }));
}

TEST_CASE("More sockets than are served at once are all served") {
  Fixture f(300);
  for (const auto& client : f.clients) send_raw(client, "x");
  CHECK(run_until(f.loop, [&] { return f.served() == f.endpoints.size(); }));
}

TEST_CASE("The loop runs while a socket is watched, and ends with the last one") {
  Fixture f(3);
  int left = 3;
  for (auto& endpoint : f.endpoints) {
    endpoint->at_closed = [&] { --left; };
  }
  f.clients.clear();
  f.loop.run();
  CHECK(left == 0);
}
