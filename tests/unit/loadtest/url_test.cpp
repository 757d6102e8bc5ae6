#include "loadtest/url.h"

#include <catch2/catch.hpp>

using freshet::loadtest::fill;
using freshet::loadtest::Url;

TEST_CASE("URLs name an address and a path, or a socket and a path") {
  const auto tcp = Url::parse("http://127.0.0.1:8080/events?channel={channel}");
  REQUIRE(tcp);
  CHECK(tcp->endpoint.text() == "127.0.0.1:8080");
  CHECK(tcp->endpoint.is_loopback());
  CHECK(tcp->host == "127.0.0.1:8080");
  CHECK(tcp->path == "/events?channel={channel}");

  const auto socket = Url::parse("http://unix:/run/a.sock:/events");
  REQUIRE(socket);
  CHECK(socket->endpoint.text() == "unix:/run/a.sock");
  CHECK(socket->endpoint.is_unix());
  CHECK(socket->host == "localhost");
  CHECK(socket->path == "/events");

  CHECK(Url::parse("http://localhost/")->endpoint.text() == "localhost:80");
  CHECK_FALSE(Url::parse("http://10.0.0.1/")->endpoint.is_loopback());
}

TEST_CASE("what is no URL of a stream is refused") {
  for (const auto* text : {"", "https://127.0.0.1/", "http://127.0.0.1:80", "http://example.org/",
                           "http://127.0.0.1:x/", "http://127.0.0.1:70000/", "http://unix:/run/a.sock"}) {
    CAPTURE(text);
    CHECK_FALSE(Url::parse(text));
  }
}

TEST_CASE("templates are filled in where they name something that is known") {
  CHECK(fill("/{channel}/{i}?{n}{}{x}", {.channel = "a{i}", .client = "7", .channel_number = {}}) ==
        "/a{i}/7?{n}{}{x}");
  CHECK(fill("load:{n}", {.channel = {}, .client = {}, .channel_number = "3"}) == "load:3");
  CHECK(fill("", {.channel = "a", .client = "b", .channel_number = {}}).empty());
}
