#include "server/connection.h"

#include <catch2/catch.hpp>
#include <string>

#include "unit/server/server_fixture.h"

using freshet::http::Response;
using freshet::server::Settings;
using freshet::test::ServerFixture;
using freshet::test::TestClient;

namespace {

constexpr std::chrono::milliseconds kTiny{1};

/// The client asks for much, closes its half, and reads nothing.
void leave_answer_alone(ServerFixture& f, TestClient& client) {
  f.scripted.paths["/large"] = [](const freshet::http::Request&) {
    return Response{200, {}, std::string(5'000'000, 'x')};
  };
  client.pause_reading();
  client.get("/large");
  client.half_close();
  REQUIRE(f.until([&] { return f.scripted.requests.size() == 1; }));
}

}  // namespace

TEST_CASE("A connection is kept for one request after another") {
  ServerFixture f;
  TestClient client(f);
  client.get("/hello");
  REQUIRE(client.receives("\r\n\r\nhello"));
  CHECK(client.received() == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  client.forget();
  client.get("/unknown");
  REQUIRE(client.receives("nothing"));
  CHECK(client.received().find("HTTP/1.1 404 Not Found\r\n") == 0);
  CHECK(f.server.connections() == 1);
  CHECK(client.open());
}

TEST_CASE("Pipelined requests are answered in their order, also where an answer takes its time") {
  ServerFixture f;
  TestClient client(f);
  client.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\none"
      "GET /later HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nthree");
  REQUIRE(f.until([&] { return f.replies.size() == 1; }));
  REQUIRE(client.receives("one"));
  CHECK(f.scripted.requests.size() == 2);  // the third waits for its turn
  f.replies.front()(Response{200, {}, "two"});
  REQUIRE(client.receives("three"));
  CHECK(client.received().find("one") < client.received().find("two"));
  CHECK(client.received().find("two") < client.received().find("three"));
  CHECK(client.count("HTTP/1.1 200 OK\r\n") == 3);
}

TEST_CASE("A request may come byte by byte") {
  ServerFixture f;
  TestClient client(f);
  const std::string request = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody";
  for (const char byte : request) {
    client.send({&byte, 1});
    freshet::test::run_a_while(f.loop);
  }
  CHECK(client.receives("\r\n\r\nbody"));
  CHECK(f.scripted.requests.size() == 1);
}

TEST_CASE("A client that waits to be told sends its body after a 100 Continue") {
  ServerFixture f;
  TestClient client(f);
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  REQUIRE(client.receives("HTTP/1.1 100 Continue\r\n\r\n"));
  CHECK(f.scripted.requests.empty());
  client.send("bo");
  client.send("dy");
  REQUIRE(client.receives("\r\n\r\nbody"));
  CHECK(client.count("100 Continue") == 1);
}

TEST_CASE("A client that waits to be told is told at once that its body is too large") {
  ServerFixture f;
  TestClient client(f);
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n");
  REQUIRE(client.receives("HTTP/1.1 413 "));
  CHECK(client.count("100 Continue") == 0);
}

TEST_CASE("HEAD gives the head of what GET would give, and keeps the connection") {
  ServerFixture f;
  TestClient client(f);
  client.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\nHEAD /stream HTTP/1.1\r\nHost: x\r\n\r\n");
  client.get("/hello");
  REQUIRE(client.receives("\r\n\r\nhello"));
  CHECK(client.received() ==
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
  CHECK(f.statistics.streams == 0);
}

TEST_CASE("A client that wants no further request gets the end with its answer") {
  ServerFixture f;
  TestClient client(f);
  const std::string request =
      GENERATE("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "GET /hello HTTP/1.0\r\n\r\n");
  client.send(request);
  REQUIRE(client.ends());
  CHECK(client.received() == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
  client.leave();
  CHECK(f.until([&] { return f.server.connections() == 0; }));
}

TEST_CASE("An HTTP/1.0 client may ask to stay") {
  ServerFixture f;
  TestClient client(f);
  client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  REQUIRE(client.receives("\r\n\r\nhello"));
  CHECK(client.received().find("Connection: keep-alive\r\n") != std::string::npos);
  client.get("/hello");
  CHECK(f.until([&] { return client.count("hello") == 2; }));
}

TEST_CASE("A stream is chunked for HTTP/1.1, and its frames are whole chunks") {
  ServerFixture f([](Settings& settings) { settings.padding_bytes = 32; });
  TestClient client(f);
  client.get("/stream");
  REQUIRE(client.receives("\"fresh\"}\n\n\r\n"));
  const auto id = f.publish("x");
  REQUIRE(client.receives("data: x\n\n\r\n"));
  CHECK(client.received().find("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
                               "Connection: close\r\n\r\n20\r\n:") == 0);
  CHECK(client.count("retry: ") == 1);
  CHECK(client.received().find("\r\n1e\r\nid: " + std::to_string(id) + "\ndata: x\n\n\r\n") != std::string::npos);
  CHECK(f.statistics.streams == 1);
  client.leave();
  CHECK(f.until([&] { return f.statistics.streams == 0 && f.server.connections() == 0; }));
  CHECK(f.statistics.disconnects["client"] == 1);
}

TEST_CASE("A stream to HTTP/1.0 is bare and ends with the connection") {
  ServerFixture f;
  TestClient client(f);
  client.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  REQUIRE(client.receives("\"fresh\"}\n\n"));
  CHECK(client.received().find(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\nretry: ") == 0);
  f.server.drain(std::chrono::microseconds(1), [] {});
  REQUIRE(client.ends());
  CHECK(client.received().find('\0') == std::string::npos);
  CHECK(client.count("retry: ") == 2);
  CHECK(client.received().substr(client.received().size() - 2) == "\n\n");
}

TEST_CASE("A silent stream gets heartbeats: a comment without a blank line") {
  ServerFixture f([](Settings& settings) { settings.heartbeat = kTiny; });
  TestClient client(f);
  client.get("/stream");
  REQUIRE(f.until([&] { return client.count("2\r\n:\n\r\n") >= 2; }));
  CHECK(f.statistics.events_sent == 0);
}

TEST_CASE("What a client sends on an open stream is thrown away, within bounds") {
  ServerFixture f([](Settings& settings) { settings.request_bytes = 1'000; });
  TestClient client(f);
  client.get("/stream");
  REQUIRE(client.receives("fresh"));
  client.send(std::string(1'000, 'x'));
  f.publish("still here");
  REQUIRE(client.receives("still here"));
  client.send("x");
  CHECK(f.until([&] { return f.statistics.streams == 0; }));
  CHECK(f.statistics.disconnects["error"] == 1);
}

TEST_CASE("A request that is not HTTP is told so, and ends the connection") {
  ServerFixture f;
  TestClient client(f);
  client.send("\x16\x03\x01 hello\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  REQUIRE(client.ends());
  CHECK(client.received().find("HTTP/1.1 400 Bad Request\r\n") == 0);
  CHECK(client.received().find("Connection: close\r\n") != std::string::npos);
  CHECK(client.count("HTTP/1.1") == 1);
  CHECK(f.scripted.requests.empty());
}

TEST_CASE("A request that cannot be read is answered by what was read of it") {
  ServerFixture f([](Settings& settings) {
    settings.request_bytes = 1'024;
    settings.request_timeout = kTiny;
  });
  TestClient client(f);
  const auto [rest, status] = GENERATE(table<std::string, std::string>({
      {"Content-Length: 101\r\n\r\n", "413"},
      {"X: " + std::string(1'024, 'x') + "\r\n\r\n", "431"},
      {"Hos", "408"},
  }));
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\nOrigin: https://a\r\n" + rest);
  REQUIRE(client.ends());
  CHECK(client.received().find("HTTP/1.1 " + status + " ") == 0);
  CHECK(client.received().find("\r\nAllowed: https://a\r\n") != std::string::npos);
}

TEST_CASE("A notice that a stream will end comes behind its opening event, however near the end is") {
  ServerFixture f([](Settings& settings) { settings.expiring_notice = std::chrono::hours(1); });
  f.scripted.paths["/short"] = [&](const freshet::http::Request&) {
    freshet::server::OpenStream stream{{}, {"a"}, {}, {}};
    stream.caller.expires_at = f.loop.wall_us() / 1'000'000 + 600;
    return stream;
  };
  TestClient client(f);
  client.get("/short");
  REQUIRE(client.receives("stream-expiring"));
  CHECK(client.received().find("stream-cursor") < client.received().find("stream-expiring"));
}

TEST_CASE("A connection on which nothing comes is closed without a word") {
  ServerFixture f([](Settings& settings) { settings.request_timeout = kTiny; });
  TestClient client(f);
  const bool after_a_request = GENERATE(false, true);
  if (after_a_request) client.get("/hello");
  if (after_a_request) REQUIRE(client.receives("hello"));
  client.forget();
  REQUIRE(client.ends());
  CHECK(client.received().empty());
  CHECK(f.server.connections() == 0);
}

TEST_CASE("A request that does not come to its end is answered 408") {
  ServerFixture f([](Settings& settings) { settings.request_timeout = kTiny; });
  TestClient client(f);
  client.send("GET /hello HTTP/1.1\r\nHos");
  REQUIRE(client.ends());
  CHECK(client.received().find("HTTP/1.1 408 Request Timeout\r\n") == 0);
  CHECK(client.received().find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("An answer that takes its time is not timed as a request") {
  ServerFixture f([](Settings& settings) { settings.request_timeout = kTiny; });
  TestClient client(f);
  client.get("/later");
  REQUIRE(f.until([&] { return f.replies.size() == 1; }));
  TestClient silent(f);
  REQUIRE(silent.ends());  // the limit has passed for others
  CHECK(client.open());
  f.replies.front()(Response{200, {}, "at last"});
  CHECK(client.receives("at last"));
}

TEST_CASE("A client that is still sending a body too large reads its answer to the end") {
  ServerFixture f;
  TestClient client(f);
  const std::string more(1'000'000, 'x');
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n");
  client.send_some(more);
  REQUIRE(f.until([&] {
    if (client.open()) client.send_some(more.substr(0, 1'000));
    return !client.open();
  }));
  CHECK(client.received().find("HTTP/1.1 413 Content Too Large\r\n") == 0);
  CHECK(client.received().find("application/problem+json") != std::string::npos);
  CHECK(client.received().back() == '\n');
}

TEST_CASE("A client that is still sending headers too large reads its answer to the end") {
  ServerFixture f([](Settings& settings) { settings.request_bytes = 1'000; });
  TestClient client(f);
  client.send("GET /hello HTTP/1.1\r\nHost: x\r\n");
  client.send_some("X: " + std::string(500'000, 'x'));
  REQUIRE(client.receives("HTTP/1.1 431 Request Header Fields Too Large\r\n"));
  CHECK(client.ends());
}

TEST_CASE("A client that closes its half behind the request still gets its answer") {
  ServerFixture f;
  TestClient client(f);
  const bool at_once = GENERATE(true, false);
  client.get(at_once ? "/hello" : "/later");
  client.half_close();
  if (!at_once) {
    REQUIRE(f.until([&] { return f.replies.size() == 1; }));
    freshet::test::run_a_while(f.loop);
    f.replies.front()(Response{200, {}, "hello"});
  }
  REQUIRE(client.receives("\r\n\r\nhello"));
  CHECK(client.ends());
  client.leave();
  CHECK(f.until([&] { return f.server.connections() == 0; }));
}

TEST_CASE("A client that closes its half behind a pipeline gets every answer, and the end with the last one") {
  ServerFixture f;
  TestClient client(f);
  const std::string in_the_middle = GENERATE("/hello", "/later");
  client.get("/hello");
  client.get(in_the_middle);
  client.get("/hello");
  client.half_close();
  if (in_the_middle == "/later") {
    REQUIRE(f.until([&] { return f.replies.size() == 1; }));
    freshet::test::run_a_while(f.loop);
    f.replies.front()(Response{200, {}, "hello"});
  }
  REQUIRE(client.ends());
  CHECK(client.count("\r\n\r\nhello") == 3);
  CHECK(client.count("Connection: close") == 1);
  CHECK(f.until([&] { return f.server.connections() == 0; }));
}

TEST_CASE("A client that closes its half within a request is closed once the ones before are answered") {
  ServerFixture f;
  TestClient client(f);
  client.get("/hello");
  client.send("GET /hello HTTP/1.1\r\nHos");
  client.half_close();
  REQUIRE(client.ends());
  CHECK(client.count("HTTP/1.1 200 OK") == 1);
  CHECK(client.count("HTTP/1.1") == 1);
  CHECK(f.server.connections() == 0);
}

TEST_CASE("A client that closes its half behind a request for a stream gets the answers before, and no stream") {
  ServerFixture f;
  TestClient client(f);
  client.get("/later");
  client.get("/hello");
  client.get("/stream");
  client.half_close();
  REQUIRE(f.until([&] { return f.replies.size() == 1; }));
  freshet::test::run_a_while(f.loop);
  f.replies.front()(Response{200, {}, "late"});
  REQUIRE(client.ends());
  CHECK(client.count("\r\n\r\nhello") == 1);
  CHECK(f.until([&] { return f.server.connections() == 0; }));
  CHECK(f.statistics.streams == 0);
}

TEST_CASE("A client that closes its half reads an answer larger than the kernel takes at once") {
  ServerFixture f([](Settings& settings) { settings.write_buffer_bytes = 4'096; });
  const std::string body(5'000'000, 'x');
  f.scripted.paths["/large"] = [&](const freshet::http::Request&) { return Response{200, {}, body}; };
  TestClient client(f);
  client.pause_reading();
  client.get("/large");
  client.half_close();
  REQUIRE(f.until([&] { return f.scripted.requests.size() == 1; }));
  freshet::test::run_a_while(f.loop);
  CHECK(f.server.connections() == 1);
  client.go_on_reading();
  REQUIRE(client.ends());
  const auto head = client.received().find("\r\n\r\n") + 4;
  CHECK(client.received().size() - head == body.size());
  CHECK(f.until([&] { return f.server.connections() == 0; }));
}

TEST_CASE("A client that closes its half and takes nothing of its answer is closed when its time is over") {
  ServerFixture f([](Settings& settings) {
    settings.write_buffer_bytes = 4'096;
    settings.request_timeout = kTiny;
  });
  TestClient client(f);
  leave_answer_alone(f, client);
  CHECK(f.until([&] { return f.server.connections() == 0; }));
}

TEST_CASE("A client that closes its half and then leaves is noticed while its answer waits for it") {
  ServerFixture f([](Settings& settings) {
    settings.write_buffer_bytes = 4'096;
    settings.request_timeout = std::chrono::hours(1);
  });
  TestClient client(f);
  leave_answer_alone(f, client);
  freshet::test::run_a_while(f.loop);
  client.leave();
  CHECK(f.until([&] { return f.server.connections() == 0; }));
}

TEST_CASE("Only so much of a pipeline is taken as one read brings; the rest waits in the kernel") {
  ServerFixture f([](Settings& settings) { settings.write_buffer_bytes = 4'096; });
  TestClient client(f);
  client.get("/later");
  REQUIRE(f.until([&] { return f.replies.size() == 1; }));
  std::string requests;
  while (requests.size() < 500'000) requests += "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
  client.send_some(requests);
  REQUIRE(f.until([&] { return f.budget.used_bytes() > 0; }));
  freshet::test::run_a_while(f.loop);
  CHECK(f.budget.used_bytes() <= freshet::uv::Socket::kAcceptedReadBytes);
  client.leave();
  f.replies.front()(Response{200, {}, "late"});
  CHECK(f.until([&] { return f.server.connections() == 0; }));
  CHECK(f.budget.used_bytes() == 0);
}

TEST_CASE("Where nothing more may wait for all clients together, a pipeline ends behind its first answer") {
  ServerFixture f([](Settings& settings) { settings.buffer_total_bytes = 10; });
  TestClient client(f);
  const bool in_one_piece = GENERATE(true, false);
  client.get("/later");
  if (!in_one_piece) REQUIRE(f.until([&] { return f.replies.size() == 1; }));
  client.get("/hello");
  REQUIRE(f.until([&] { return f.replies.size() == 1; }));
  freshet::test::run_a_while(f.loop);
  f.replies.front()(Response{200, {}, "late"});
  REQUIRE(client.ends());
  CHECK(client.received() == "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nlate");
  CHECK(f.scripted.requests.size() == 1);
  CHECK(f.budget.used_bytes() == 0);
}

TEST_CASE("An answer for a client that has gone goes nowhere") {
  ServerFixture f;
  auto client = std::make_unique<TestClient>(f);
  client->get("/later");
  REQUIRE(f.until([&] { return f.replies.size() == 1; }));
  client->leave();
  freshet::test::run_a_while(f.loop);
  f.replies.front()(Response{200, {}, std::string(1'000, 'x')});
  CHECK(f.until([&] { return f.server.connections() == 0; }));
  f.replies.front()(Response{200, {}, "again"});
}

TEST_CASE("A client that reads too slowly is closed, and the others go on") {
  ServerFixture f([](Settings& settings) {
    settings.buffer_per_connection_bytes = 20'000;
    settings.write_buffer_bytes = 4'096;
  });
  TestClient slow(f);
  slow.get("/stream");
  REQUIRE(slow.receives("fresh"));
  TestClient fast(f);
  fast.get("/stream");
  REQUIRE(fast.receives("fresh"));
  slow.pause_reading();
  int events = 0;
  while (f.statistics.disconnects["slow"] == 0) {
    REQUIRE(events < 10'000);
    f.publish(std::string(5'000, 'x'));
    ++events;
    CHECK(f.budget.used_bytes() <= 30'000);
  }
  REQUIRE(f.until([&] { return fast.count("\ndata: x") == static_cast<std::size_t>(events); }));
  CHECK(f.statistics.streams == 1);
  CHECK(f.until([&] { return f.server.connections() == 1; }));
}

TEST_CASE("A client that takes nothing of what waits for it is closed after some heartbeats") {
  ServerFixture f([](Settings& settings) {
    settings.heartbeat = std::chrono::milliseconds(20);
    settings.write_buffer_bytes = 4'096;
  });
  TestClient stalled(f);
  stalled.get("/stream");
  REQUIRE(stalled.receives("fresh"));
  stalled.pause_reading();
  while (f.budget.used_bytes() == 0) f.publish(std::string(50'000, 'x'));
  CHECK(f.until([&] { return f.statistics.disconnects["slow"] == 1; }));
  CHECK(f.statistics.streams == 0);
}

TEST_CASE("A replay larger than the buffer's bound is paced by its reader, never cut off") {
  ServerFixture f([](Settings& settings) {
    settings.buffer_per_connection_bytes = 20'000;
    settings.write_buffer_bytes = 4'096;
  });
  for (int i = 0; i < 100; ++i) f.publish(std::to_string(i) + ":" + std::string(5'000, 'x'));
  f.cursor.kind = freshet::broker::Cursor::Kind::kEarliest;
  TestClient client(f);
  client.pause_reading();
  client.get("/stream");
  REQUIRE(f.until([&] { return f.statistics.streams == 1; }));
  freshet::test::run_a_while(f.loop);
  CHECK(f.budget.used_bytes() <= 20'000);
  client.go_on_reading();
  REQUIRE(client.receives("data: 99:"));
  std::size_t from = 0;
  for (int i = 0; i < 100; ++i) {
    const auto at = client.received().find("data: " + std::to_string(i) + ":", from);
    REQUIRE(at != std::string::npos);
    from = at;
  }
  CHECK(client.count("\ndata: ") == 101);
  CHECK(client.count("stream-reset") == 0);
}
