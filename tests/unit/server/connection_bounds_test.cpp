// What a connection takes of a client that sends more than it reads.

#include <catch2/catch.hpp>
#include <string>

#include "unit/server/server_fixture.h"

using freshet::http::Response;
using freshet::server::Settings;
using freshet::test::ServerFixture;
using freshet::test::TestClient;

TEST_CASE("A pipeline that waited in the kernel goes on behind the answer that held it up") {
  ServerFixture f([](Settings& settings) { settings.request_bytes = 1'024; });
  TestClient client(f);
  client.get("/later");
  REQUIRE(f.until([&] { return f.replies.size() == 1; }));
  std::string requests;
  for (int i = 0; i < 50; ++i) requests += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none";
  client.send(requests);
  freshet::test::run_a_while(f.loop);  // more than is kept of one connection
  client.send(requests);
  freshet::test::run_a_while(f.loop);
  f.replies.front()(Response{200, {}, "late"});
  CHECK(f.until([&] { return client.count("HTTP/1.1 200 OK\r\n") == 101; }));
}

TEST_CASE("Behind a request whose answer takes its time, what a client sends is not read without end") {
  constexpr std::size_t kMuch = std::size_t{64} << 20U;
  ServerFixture f;
  TestClient client(f);
  client.get("/later");
  REQUIRE(f.until([&] { return f.replies.size() == 1; }));
  const std::string bytes(std::size_t{1} << 20U, 'x');
  std::size_t sent = 0;
  for (std::size_t taken = 1; taken > 0 && sent < kMuch; sent += taken) {
    taken = client.send_some(bytes);
    freshet::test::run_a_while(f.loop);
  }
  CHECK(sent < kMuch);
}

TEST_CASE("A client that takes nothing more is closed at the end of its stream, too") {
  ServerFixture f([](Settings& settings) {
    settings.request_timeout = std::chrono::milliseconds(500);
    settings.write_buffer_bytes = 4'096;
  });
  TestClient stalled(f);
  stalled.get("/stream");
  REQUIRE(stalled.receives("fresh"));
  stalled.pause_reading();
  while (f.budget.used_bytes() == 0) f.publish(std::string(50'000, 'x'));
  REQUIRE(f.server.end_streams_on_channel("a") == 1);
  CHECK(f.server.connections() == 1);
  CHECK(f.until([&] { return f.server.connections() == 0; }));
  CHECK(f.budget.used_bytes() == 0);
}
