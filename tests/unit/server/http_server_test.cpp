#include "server/http_server.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "auth/verifier.h"
#include "server/gate.h"
#include "server/public_routes.h"
#include "support/scripted_backplane.h"
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
  CHECK(f.statistics.shed[freshet::server::Shed::kDraining] == 1);
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
  CHECK(f.statistics.shed[freshet::server::Shed::kDraining] == 0);
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

TEST_CASE("Draining does not wait for ever for an answer that does not come") {
  ServerFixture f([](Settings& settings) { settings.request_timeout = std::chrono::milliseconds(100); });
  TestClient client(f);
  client.get("/later");
  REQUIRE(f.until([&] { return f.replies.size() == 1; }));
  bool done = false;
  f.server.drain(std::chrono::milliseconds(1), [&] { done = true; });
  CHECK(f.until([&] { return done; }));
}

TEST_CASE("Of a user's streams those end whose token was issued before the time that is told, or nobody knows when") {
  ServerFixture f;
  std::vector<std::unique_ptr<TestClient>> clients;
  const auto issued_at = {std::optional<std::int64_t>(99), std::optional<std::int64_t>(100),
                          std::optional<std::int64_t>()};
  for (const auto& when : issued_at) {
    f.scripted.paths["/mine"] = [when](const freshet::http::Request&) {
      freshet::server::OpenStream stream{{}, {"a"}, {}, {}};
      stream.caller.subject = "42";
      stream.caller.issued_at = when;
      return stream;
    };
    clients.push_back(std::make_unique<TestClient>(f));
    clients.back()->get("/mine");
    REQUIRE(clients.back()->receives("fresh"));
  }
  CHECK(f.server.end_streams_of_user("41", {}) == 0);
  CHECK(f.server.end_streams_of_user("42", 100) == 2);
  CHECK(clients[0]->ends());
  CHECK(clients[2]->ends());
  CHECK(clients[1]->open());
  CHECK(f.server.end_streams_of_user("42", {}) == 1);
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
  freshet::server::Gate gate(f.settings, verifier, f.loop, [](const std::string&) { return false; });
  const freshet::server::Conditions conditions;
  freshet::server::PublicRoutes routes(
      f.loop, f.settings, conditions, f.statistics, gate, f.quotas,
      [](const freshet::auth::Identity&) { return false; }, 1);
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
  CHECK(f.statistics.shed[freshet::server::Shed::kConnections] == 1);
  CHECK(f.statistics.streams == 1);

  first->leave();
  REQUIRE(f.until([&] { return f.statistics.streams == 0; }));
  second.get("/events?channel=a");
  CHECK(second.receives("fresh"));
}

TEST_CASE("The heads of streams leave soon although no opening follows, whoever comes a little later") {
  using namespace freshet;  // NOLINT(google-build-using-namespace): a server with a backplane of its own
  uv::Loop loop;
  const Settings settings;
  server::Statistics statistics;
  server::Quotas quotas;
  test::ScriptedBackplane backplane;
  broker::Hub hub(loop, backplane, {});
  hub.start();
  backplane.connect();
  backplane.settle();  // what is asked from here on gets no answer
  test::ScriptedRoutes routes;
  routes.paths["/stream"] = [](const http::Request&) { return server::OpenStream{{}, {"a"}, {}, {}}; };
  server::BufferBudget budget{settings.buffer_total_bytes};
  server::HttpServer server(loop, hub, routes, {settings, statistics, quotas, budget, {}}, 1);
  const uv::TurnEnd turn_end(loop, [&] { server.end_turn(); });
  const auto bound = *server.listen(uv::Address::tcp("127.0.0.1", 0), {});
  const auto open = [&](test::Endpoint& client) {
    client.socket->read(true);
    const std::string request = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";
    REQUIRE(client.socket->write(request) == request.size());
  };
  const auto has_head = [](const test::Endpoint& client) {
    return client.received.find("retry: ") != std::string::npos;
  };

  test::Endpoint first(loop, test::connect_raw(bound));
  open(first);
  REQUIRE(test::run_until(loop, [&] { return statistics.streams == 1; }));
  test::run_a_while(loop);
  test::Endpoint second(loop, test::connect_raw(bound));
  open(second);
  CHECK(test::run_until(loop, [&] { return has_head(first) && has_head(second); }));
  CHECK(first.received.find("stream-cursor") == std::string::npos);
}

TEST_CASE("In one turn of the loop a pipeline is given one answer, and all of them together a bounded number") {
  constexpr std::size_t kPerTurn = 32;
  ServerFixture f;
  const auto count = GENERATE(std::size_t{1}, std::size_t{100});
  constexpr std::size_t kRequests = 20;
  std::vector<std::unique_ptr<TestClient>> clients;
  std::string pipeline;
  for (std::size_t i = 0; i < kRequests; ++i) pipeline += "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<TestClient>(f));
    clients.back()->get("/later");
    clients.back()->send(pipeline);
  }
  REQUIRE(f.until([&] { return f.replies.size() == count; }));
  freshet::test::run_a_while(f.loop);
  f.scripted.requests.clear();
  for (const auto& reply : f.replies) reply({200, {}, "now all go on at once"});

  std::size_t before = 0;
  std::size_t most = 0;
  const freshet::uv::TurnEnd count_turn(f.loop, [&] {
    most = std::max(most, f.scripted.requests.size() - before);
    before = f.scripted.requests.size();
  });
  const auto all_served = [&] {
    return std::all_of(clients.begin(), clients.end(),
                       [&](const auto& client) { return client->count("\r\n\r\nhello") == kRequests; });
  };
  CHECK(f.until([&] { return f.scripted.requests.size() == count * kRequests && all_served(); }));
  CHECK(most == std::min(count, kPerTurn));
  CHECK(f.budget.used_bytes() == 0);
}

TEST_CASE("A pipeline that waits for its turn is answered once more when draining begins, and then ended") {
  ServerFixture f;
  TestClient client(f);
  for (int i = 0; i < 3; ++i) client.get("/hello");
  REQUIRE(f.until([&] { return f.scripted.requests.size() == 1; }));
  bool done = false;
  f.server.drain(std::chrono::microseconds(1), [&] { done = true; });
  REQUIRE(client.ends());
  CHECK(client.count("\r\n\r\nhello") == 2);
  CHECK(client.count("Connection: close") == 1);
  client.leave();
  CHECK(f.until([&] { return done; }));
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
