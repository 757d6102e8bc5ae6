#include "server/http_server.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "auth/verifier.h"
#include "server/gate.h"
#include "server/public_routes.h"
#include "unit/server/server_fixture.h"
#include "uv/socket_address.h"

using freshet::http::Response;
using freshet::server::Settings;
using freshet::test::ServerFixture;
using freshet::test::TestClient;

namespace {

bool accepts_connections(const freshet::uv::Address& address) {
  const auto name = freshet::uv::SocketAddress::from(address);
  const freshet::uv::Fd client(::socket(name->family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  return ::connect(client.get(), name->raw(), name->length) == 0;
}

std::vector<std::unique_ptr<TestClient>> open_streams(ServerFixture& f, int count) {
  std::vector<std::unique_ptr<TestClient>> streams;
  for (int i = 0; i < count; ++i) {
    streams.push_back(std::make_unique<TestClient>(f));
    streams.back()->get("/stream");
    REQUIRE(streams.back()->receives("fresh"));
  }
  return streams;
}

}  // namespace

TEST_CASE("Draining ends the streams cleanly, closes idle connections, and says once that it is done") {
  ServerFixture f;
  const auto streams = open_streams(f, 5);
  TestClient idle(f);
  idle.get("/hello");
  REQUIRE(idle.receives("hello"));

  int done = 0;
  f.server.drain(std::chrono::milliseconds(100), [&] { ++done; });
  f.server.drain(std::chrono::milliseconds(100), [&] { done += 100; });
  CHECK(f.server.draining());
  CHECK_FALSE(accepts_connections(f.bound));
  REQUIRE(idle.ends());
  CHECK(idle.count("HTTP/1.1") == 1);
  for (const auto& client : streams) {
    REQUIRE(client->ends());
    CHECK(client->count("retry: ") == 2);
    CHECK(client->received().substr(client->received().size() - 7) == "\r\n0\r\n\r\n");
  }
  CHECK(f.statistics.disconnects["drain"] == 5);
  CHECK(f.statistics.streams == 0);
  for (const auto& client : streams) client->leave();
  idle.leave();
  REQUIRE(f.until([&] { return done > 0; }));
  freshet::test::run_a_while(f.loop);
  CHECK(done == 1);
  CHECK(f.server.connections() == 0);
}

TEST_CASE("While draining, clients of a socket that others hold too are sent away at once, without an answer") {
  ServerFixture f;
  const auto address = freshet::uv::Address::tcp("127.0.0.1", 0);
  auto passed = freshet::test::listen_raw(address, 5);
  const freshet::uv::Fd of_another(::dup(passed.get()));
  f.bound = *f.server.adopt(std::move(passed), {});
  TestClient stays(f);
  stays.get("/stream");
  REQUIRE(stays.receives("fresh"));

  f.server.drain(std::chrono::hours(1), [] {});
  TestClient late(f);
  REQUIRE(late.ends());
  CHECK(late.received().empty());
  CHECK(stays.open());
  CHECK(f.server.connections() == 1);
  CHECK(f.statistics.shed["draining"] == 1);
}

TEST_CASE("After draining, clients of a socket that others hold too wait for whoever accepts next") {
  ServerFixture f;
  auto passed = freshet::test::listen_raw(freshet::uv::Address::tcp("127.0.0.1", 0), 5);
  const freshet::uv::Fd of_another(::dup(passed.get()));
  f.bound = *f.server.adopt(std::move(passed), {});
  bool done = false;
  f.server.drain(std::chrono::milliseconds(1), [&] { done = true; });
  REQUIRE(f.until([&] { return done; }));
  TestClient late(f);
  freshet::test::run_a_while(f.loop);
  CHECK(late.open());
  CHECK(f.statistics.shed["draining"] == 0);
}

TEST_CASE("Draining spreads the ends over its period") {
  ServerFixture f;
  const auto streams = open_streams(f, 4);
  f.server.drain(std::chrono::hours(1), [] {});
  freshet::test::run_a_while(f.loop);
  CHECK(f.statistics.streams == 4);
  f.publish("still served");
  for (const auto& client : streams) CHECK(client->receives("still served"));
}

TEST_CASE("A request under way while draining is answered as the last one of its connection") {
  ServerFixture f;
  TestClient client(f);
  client.get("/later");
  REQUIRE(f.until([&] { return f.replies.size() == 1; }));
  TestClient begun(f);
  begun.send("GET /hello HTTP/1.1\r\nHost: ");
  freshet::test::run_a_while(f.loop);
  int done = 0;
  f.server.drain(std::chrono::milliseconds(1), [&] { ++done; });
  freshet::test::run_a_while(f.loop);
  CHECK(done == 0);
  begun.send("x\r\n\r\n");
  REQUIRE(begun.ends());
  CHECK(begun.received().find("Connection: close\r\n\r\nhello") != std::string::npos);
  f.replies.front()(Response{200, {}, "last"});
  REQUIRE(client.ends());
  CHECK(client.received().find("Connection: close\r\n\r\nlast") != std::string::npos);
  client.leave();
  begun.leave();
  CHECK(f.until([&] { return done == 1; }));
}

TEST_CASE("A stream asked for while draining is sent away to come again") {
  ServerFixture f;
  TestClient client(f);
  client.send("GET /stream HTTP/1.1\r\nHost: ");
  freshet::test::run_a_while(f.loop);
  f.server.drain(std::chrono::hours(1), [] {});
  client.send("x\r\n\r\n");
  REQUIRE(client.ends());
  CHECK(client.received().find("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n") == 0);
  CHECK(client.count("retry: ") == 1);
  CHECK(f.statistics.streams == 0);
}

TEST_CASE("Without any connection draining is done with the next turn") {
  ServerFixture f;
  bool done = false;
  f.server.drain(std::chrono::hours(1), [&] { done = true; });
  CHECK_FALSE(done);
  CHECK(f.until([&] { return done; }));
}

TEST_CASE("Beyond the limit of streams a client gets a polite end, and a place once there is one") {
  ServerFixture f([](Settings& settings) {
    settings.connections = 1;
    settings.policy.public_channels = {"*"};
  });
  freshet::auth::Verifier verifier({}, {});
  freshet::server::Gate gate(f.settings, verifier, f.loop, [] {});
  freshet::server::PublicRoutes routes(
      f.loop, f.settings, f.statistics, gate, f.quotas, [](const freshet::auth::Identity&) { return false; }, 1);
  f.scripted.paths["/events"] = [&](const freshet::http::Request& request) { return routes.handle(request, {}); };
  auto first = std::make_unique<TestClient>(f);
  first->get("/events?channel=a");
  REQUIRE(first->receives("fresh"));
  TestClient second(f);
  second.get("/events?channel=a");
  REQUIRE(second.receives("\nretry: "));
  REQUIRE(second.receives("\n\n"));
  CHECK(second.received().find("HTTP/1.1 200 OK\r\n") == 0);
  CHECK(second.count("Content-Length: ") == 1);
  CHECK(f.statistics.shed["connections"] == 1);
  CHECK(f.statistics.streams == 1);

  first->leave();
  REQUIRE(f.until([&] { return f.statistics.streams == 0; }));
  second.get("/events?channel=a");
  CHECK(second.receives("fresh"));
}

TEST_CASE("An address that is taken is an error that names it") {
  ServerFixture f;
  const auto again = f.server.listen(f.bound, {});
  REQUIRE_FALSE(again);
  CHECK(again.error().message.find(f.bound.text()) != std::string::npos);
}

TEST_CASE("A server may go with connections in every state, and the loop closes clean") {
  auto f = std::make_unique<ServerFixture>();
  auto f_clients = std::make_unique<std::vector<std::unique_ptr<TestClient>>>();
  for (const std::string path : {"/stream", "/later", "/hello"}) {
    f_clients->push_back(std::make_unique<TestClient>(*f));
    f_clients->back()->get(path);
  }
  f_clients->push_back(std::make_unique<TestClient>(*f));
  f_clients->back()->send("GET /hello HT");
  REQUIRE((*f_clients)[0]->receives("fresh"));
  REQUIRE(f->until([&] { return f->replies.size() == 1; }));
  f_clients.reset();
  f.reset();
}
