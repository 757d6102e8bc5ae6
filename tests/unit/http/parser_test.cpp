#include "http/parser.h"

#include <catch2/catch.hpp>
#include <utility>

#include "unit/http/parse.h"

using freshet::http::Header;
using freshet::http::kMaxHeaders;
using freshet::http::Limits;
using freshet::http::parse;
using freshet::http::Parser;
using freshet::http::Request;
using Status = Parser::Status;

namespace {

Request complete(std::string_view bytes, Limits limits = {}) {
  auto outcome = parse(bytes, limits);
  INFO(outcome.problem.status << ' ' << outcome.problem.detail);
  REQUIRE(outcome.status == Status::kComplete);
  CHECK(outcome.consumed == bytes.size());
  for (const std::size_t piece : {1U, 2U, 3U, 7U}) CHECK(parse(bytes, limits, piece) == outcome);
  return std::move(outcome.request);
}

}  // namespace

TEST_CASE("a request is read with its target taken apart and its headers as sent") {
  const auto request = complete(
      "GET /events?channel=a%20b&channel=c HTTP/1.1\r\nHost: example.org:8080\r\nX-Thing:  two  words\t\r\n"
      "x-empty:\r\nX-Last: \r\nX-Latin: caf\xe9\r\n\r\n");
  CHECK(request.method == "GET");
  CHECK(request.path == "/events");
  CHECK(request.query == "channel=a%20b&channel=c");
  CHECK(request.minor_version == 1);
  CHECK(request.keep_alive);
  CHECK(request.headers == std::vector<Header>{{"Host", "example.org:8080"},
                                               {"X-Thing", "two  words"},
                                               {"x-empty", ""},
                                               {"X-Last", ""},
                                               {"X-Latin", "caf\xe9"}});
  CHECK(request.body.empty());
}

TEST_CASE("an open connection is the default of HTTP/1.1 and the exception of HTTP/1.0") {
  CHECK(complete("GET / HTTP/1.1\r\nHost: a\r\n\r\n").keep_alive);
  CHECK_FALSE(complete("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").keep_alive);
  CHECK_FALSE(complete("GET / HTTP/1.1\r\nHost: a\r\nConnection: x-hop, Close\r\n\r\n").keep_alive);
  CHECK_FALSE(complete("GET / HTTP/1.0\r\n\r\n").keep_alive);
  CHECK(complete("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive);
  CHECK_FALSE(complete("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n").keep_alive);
  CHECK(complete("GET / HTTP/1.0\r\n\r\n").minor_version == 0);
}

TEST_CASE("an absolute-form target's host takes the place of the Host header") {
  const auto request = complete("GET HTTP://real.example:81/a?b=c HTTP/1.1\r\nX: 1\r\nHost: other\r\n\r\n");
  CHECK(request.path == "/a");
  CHECK(request.query == "b=c");
  CHECK(request.headers == std::vector<Header>{{"Host", "real.example:81"}, {"X", "1"}});
  const auto bare = complete("GET http://[::1]:80?x HTTP/1.0\r\n\r\n");
  CHECK(bare.path == "/");
  CHECK(bare.query == "x");
  CHECK(*bare.header("host") == "[::1]:80");
}

TEST_CASE("OPTIONS may ask about the server as a whole") {
  const auto request = complete("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(request.method == "OPTIONS");
  CHECK(request.path == "*");
}

TEST_CASE("targets keep the bytes that browsers send unencoded") {
  CHECK(complete("GET /a|b^{c}`\"<>\\?d=[e]|{f} HTTP/1.0\r\n\r\n").query == "d=[e]|{f}");
  CHECK(complete("GET //evil.example/%zz HTTP/1.0\r\n\r\n").path == "//evil.example/%zz");
}

TEST_CASE("a body is read to its declared length and not further") {
  const std::string head = "POST /publish HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
  CHECK(complete(head + "hello").body == "hello");
  CHECK(complete("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").body.empty());
  CHECK(complete("DELETE /x HTTP/1.1\r\nHost: a\r\n\r\n").body.empty());
  CHECK(complete("POST / HTTP/1.1\r\nHost: a\r\nContent-Length:  002 \r\n\r\nhi").body == "hi");
}

TEST_CASE("a body may hold any bytes") {
  const std::string body("\r\n\0\n\xff ", 6);
  CHECK(complete("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n" + body).body == body);
}

TEST_CASE("a chunked body is put together, its extensions and trailers dropped") {
  const auto request = complete(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "5\r\nhello\r\n1;q=\"x y\"\r\n \r\n00A\r\nchunked\r\n!\r\n0\r\nX-Sum: 1\r\nHost: b\r\n\r\n");
  CHECK(request.body == "hello chunked\r\n!");
  CHECK(request.header("X-Sum") == nullptr);
  CHECK(*request.header("Host") == "a");
  CHECK(complete("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").body.empty());
}

TEST_CASE("the bytes of a pipeline's next request are left to the caller") {
  const std::string first = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";
  const std::string second = "GET /next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  const auto bytes = first + second + "GET";
  const auto one = parse(bytes);
  REQUIRE(one.status == Status::kComplete);
  CHECK(one.consumed == first.size());
  const auto two = parse(std::string_view(bytes).substr(one.consumed));
  REQUIRE(two.status == Status::kComplete);
  CHECK(two.request.path == "/next");
  CHECK(two.consumed == second.size());
}

TEST_CASE("a finished parser takes nothing more") {
  Parser parser({});
  std::size_t consumed = 0;
  REQUIRE(parser.feed("GET / HTTP/1.0\r\n\r\n", consumed) == Status::kComplete);
  CHECK(parser.feed("GET", consumed) == Status::kComplete);
  CHECK(consumed == 0);
  Parser failed({});
  REQUIRE(failed.feed("\n", consumed) == Status::kFailed);
  CHECK(failed.feed("GET / HTTP/1.0\r\n\r\n", consumed) == Status::kFailed);
  CHECK(consumed == 0);
}

TEST_CASE("an offer to switch protocols is not taken up") {
  CHECK(complete("GET /events HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
                 "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n")
            .path == "/events");
  CHECK(
      complete("POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\nhi")
          .body == "hi");
}

TEST_CASE("a few empty lines before a request are passed over and do not begin it") {
  Parser parser({});
  std::size_t consumed = 0;
  CHECK_FALSE(parser.started());
  CHECK(parser.feed("\r\n\r", consumed) == Status::kNeedMore);
  CHECK_FALSE(parser.started());
  CHECK(parser.feed("\nG", consumed) == Status::kNeedMore);
  CHECK(parser.started());
  CHECK(parser.feed("ET / HTTP/1.0\r\n\r\n", consumed) == Status::kComplete);
  CHECK(parse("\r\n\r\n\r\n\r\n\r\n").problem.status == 400);
}

TEST_CASE("a client that waits for 100 Continue is known until its body comes") {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n";
  std::size_t consumed = 0;
  SECTION("with a declared length") {
    Parser parser({});
    REQUIRE(parser.feed(head + "Content-Length: 2\r\n", consumed) == Status::kNeedMore);
    CHECK_FALSE(parser.wants_continue());
    REQUIRE(parser.feed("\r\n", consumed) == Status::kNeedMore);
    CHECK(parser.wants_continue());
    REQUIRE(parser.feed("h", consumed) == Status::kNeedMore);
    CHECK_FALSE(parser.wants_continue());
  }
  SECTION("chunked") {
    Parser parser({});
    REQUIRE(parser.feed(head + "Transfer-Encoding: chunked\r\n\r\n", consumed) == Status::kNeedMore);
    CHECK(parser.wants_continue());
    REQUIRE(parser.feed("2", consumed) == Status::kNeedMore);
    CHECK_FALSE(parser.wants_continue());
  }
  SECTION("not without a body, and not with HTTP/1.0") {
    Parser bodiless({});
    REQUIRE(bodiless.feed(head + "\r\n", consumed) == Status::kComplete);
    CHECK_FALSE(bodiless.wants_continue());
    Parser old({});
    REQUIRE(old.feed("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", consumed) ==
            Status::kNeedMore);
    CHECK_FALSE(old.wants_continue());
  }
}

TEST_CASE("what fits a limit exactly is let through") {
  const std::string head = "POST /abcdef HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n";
  CHECK(complete(head + "1234", {.head_bytes = head.size(), .body_bytes = 4}).body == "1234");
  std::string many = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (std::size_t i = 1; i < kMaxHeaders; ++i) many += "X: y\r\n";
  CHECK(complete(many + "\r\n").headers.size() == kMaxHeaders);
  const std::string chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(complete(chunked + "0\r\nX: y\r\n\r\n", {.head_bytes = chunked.size(), .body_bytes = 0}).body.empty());
  CHECK(complete(chunked + "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", {.head_bytes = 100, .body_bytes = 4}).body == "abcd");
}
