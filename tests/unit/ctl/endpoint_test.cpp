#include "ctl/endpoint.h"

#include <catch2/catch.hpp>

#include "ctl/stream_facts.h"

using namespace freshet::ctl;

TEST_CASE("an endpoint is an address, a socket or a URL") {
  CHECK(parse_endpoint("127.0.0.1:9080")->base == "http://127.0.0.1:9080");
  CHECK(parse_endpoint("[::1]:9080")->base == "http://[::1]:9080");
  CHECK(parse_endpoint("box.example:9080")->url("/status") == "http://box.example:9080/status");
  CHECK(parse_endpoint("https://events.example.com/")->base == "https://events.example.com");
  const auto socket = parse_endpoint("unix:/run/freshet/1.ops.sock");
  REQUIRE(socket);
  CHECK(socket->unix_socket == "/run/freshet/1.ops.sock");
  CHECK(socket->url("/status") == "http://localhost/status");
}

TEST_CASE("the name of a socket cannot control a terminal") {
  const auto socket = parse_endpoint("unix:/run/freshet/\x1b]0;x\x07.ops.sock");
  REQUIRE(socket);
  CHECK(socket->unix_socket == "/run/freshet/\x1b]0;x\x07.ops.sock");
  CHECK(socket->name == "unix:/run/freshet/\\x1b]0;x\\x07.ops.sock");
}

TEST_CASE("what is no endpoint is quoted in the error") {
  for (const auto* text : {"", "nowhere", "unix:relative", "ftp://x", "http://", "http:///path", "https://:80",
                           "127.0.0.1:0", "127.0.0.1:99999", "http://a b", "http://x#y"}) {
    INFO(text);
    const auto endpoint = parse_endpoint(text);
    REQUIRE_FALSE(endpoint);
    CHECK(endpoint.error().message.find('\'' + std::string(text) + '\'') == 0);
  }
  CHECK_FALSE(parse_endpoint("unix:/" + std::string(107, 'x')));
}

TEST_CASE("a stream's URL is /events, unless there is another path") {
  CHECK(stream_url(*parse_endpoint("http://x"), {"a", "b c"}) == "http://x/events?channel=a&channel=b%20c");
  CHECK(stream_url(*parse_endpoint("http://x/sse"), {"a"}) == "http://x/sse?channel=a");
  CHECK(stream_url(*parse_endpoint("http://x/sse?channel=z"), {"a"}) == "http://x/sse?channel=z&channel=a");
  CHECK(stream_url(*parse_endpoint("http://x?channel=z"), {}) == "http://x/events?channel=z");
}
