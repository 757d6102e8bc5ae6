#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "server/routes.h"
#include "unit/server/server_fixture.h"

using freshet::server::Feed;
using freshet::server::Push;
using freshet::sse::Frame;
using freshet::test::ServerFixture;
using freshet::test::TestClient;

namespace {

struct FeedFixture : ServerFixture {
  FeedFixture() {
    scripted.paths["/feed"] = [this](const freshet::http::Request&) {
      return Feed{{{"Content-Type", "text/event-stream"}}, [this](Push given) { push = std::move(given); }};
    };
  }
  bool say(const std::string& text) { return push(Frame::encode({0, "said", text})); }

  Push push;
};

}  // namespace

TEST_CASE("A feed is an event stream of what its route pushes, in nobody's books") {
  FeedFixture f;
  TestClient client(f);
  client.get("/feed");
  REQUIRE(f.until([&] { return f.push != nullptr; }));
  CHECK(f.say("one"));
  REQUIRE(client.receives("event: said\ndata: one\n\n"));
  CHECK(client.count("Transfer-Encoding: chunked") == 1);
  CHECK(client.count("retry: ") == 1);
  CHECK(f.say("two"));
  CHECK(client.receives("data: two"));
  CHECK(f.statistics.streams == 0);
  CHECK(f.statistics.outcomes.empty());
  CHECK(f.server.end_streams_on_channel("a") == 0);
  client.leave();
  CHECK(f.until([&] { return !f.say("three"); }));
  CHECK(f.until([&] { return f.server.connections() == 0; }));
  CHECK(f.statistics.disconnects.empty());
  CHECK(f.statistics.streams == 0);
}

TEST_CASE("The first frame of a feed may be pushed before anything was written") {
  FeedFixture f;
  f.scripted.paths["/eager"] = [&](const freshet::http::Request&) {
    return Feed{{}, [&](const Push& push) { CHECK(push(Frame::encode({0, "", "at once"}))); }};
  };
  TestClient client(f);
  client.get("/eager");
  CHECK(client.receives("data: at once"));
}

TEST_CASE("What a client of a feed does not take is left out, not kept") {
  FeedFixture f;
  TestClient client(f);
  client.get("/feed");
  REQUIRE(f.until([&] { return f.push != nullptr; }));
  client.pause_reading();
  const std::string much(100'000, 'x');
  for (int i = 0; i < 200; ++i) {
    REQUIRE(f.say(much));
    freshet::test::run_a_while(f.loop);
  }
  CHECK(f.budget.used_bytes() < 2 * much.size());
  client.go_on_reading();
  REQUIRE(f.until([&] { return f.budget.used_bytes() == 0; }));
  CHECK(f.say("the latest"));
  CHECK(client.receives("the latest"));
}

TEST_CASE("Draining ends a feed cleanly") {
  FeedFixture f;
  TestClient client(f);
  client.get("/feed");
  REQUIRE(f.until([&] { return f.push != nullptr; }));
  REQUIRE(client.receives("retry: "));
  int done = 0;
  f.server.drain(std::chrono::milliseconds(1), [&] { ++done; });
  REQUIRE(client.ends());
  CHECK(client.received().substr(client.received().size() - 7) == "\r\n0\r\n\r\n");
  CHECK_FALSE(f.say("too late"));
  CHECK(f.statistics.disconnects.empty());
  client.leave();
  CHECK(f.until([&] { return done == 1; }));
}

TEST_CASE("HEAD of a feed is its head") {
  FeedFixture f;
  TestClient client(f);
  client.send("HEAD /feed HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.receives("hello"));
  CHECK(client.count("text/event-stream") == 1);
  CHECK(f.push == nullptr);
}
