#include "server/exchange.h"

#include <catch2/catch.hpp>
#include <string>

using freshet::http::Limits;
using freshet::server::Exchange;
using Status = freshet::http::Parser::Status;

namespace {

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

TEST_CASE("What lies behind a request is kept for the next one") {
  Exchange exchange({});
  CHECK(exchange.idle());
  REQUIRE(exchange.read(std::string(kGet) + "GET /b HT", Limits{}) == Status::kComplete);
  CHECK(exchange.take().path == "/a");
  CHECK(exchange.kept_bytes() == 9);
  exchange.keep("TP/1.1\r\n");
  REQUIRE(exchange.read({}, Limits{}) == Status::kNeedMore);
  CHECK(exchange.begun());
  CHECK(exchange.kept_bytes() == 0);
  REQUIRE(exchange.read("Host: x\r\n\r\n", Limits{}) == Status::kComplete);
  CHECK(exchange.take().path == "/b");
  CHECK(exchange.idle());
}

TEST_CASE("An answer is written in pieces, and the next one begins anew") {
  Exchange exchange({});
  REQUIRE(exchange.read(kGet, Limits{}) == Status::kComplete);
  static_cast<void>(exchange.take());
  exchange.answer({200, {}, "hello"});
  const std::string whole(exchange.output());
  exchange.wrote(10);
  CHECK(exchange.output() == whole.substr(10));
  exchange.wrote(whole.size() - 10);
  CHECK(exchange.output().empty());
  exchange.say("next");
  CHECK(exchange.output() == "next");
  CHECK(exchange.keeps_alive());
}

TEST_CASE("What cannot be read is answered as the last, and what lies behind it is forgotten") {
  Exchange exchange({});
  REQUIRE(exchange.read("nonsense\r\n\r\nGET / HTTP/1.1\r\n", Limits{}) == Status::kFailed);
  exchange.reject(exchange.problem());
  CHECK(exchange.output().starts_with("HTTP/1.1 400 "));
  CHECK_FALSE(exchange.keeps_alive());
  CHECK(exchange.kept_bytes() == 0);
  CHECK(exchange.idle());
}

TEST_CASE("A client is told once to go on with its body") {
  Exchange exchange({});
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  REQUIRE(exchange.read(head, Limits{}) == Status::kNeedMore);
  CHECK(exchange.take_continue());
  CHECK_FALSE(exchange.take_continue());
  REQUIRE(exchange.read("ab", Limits{}) == Status::kComplete);
  CHECK(exchange.take().body == "ab");
}

TEST_CASE("A stream's head is all for HEAD, and chunked for HTTP/1.1 only") {
  Exchange exchange({});
  const std::string request =
      GENERATE("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.0\r\n\r\n");
  REQUIRE(exchange.read(request, Limits{}) == Status::kComplete);
  static_cast<void>(exchange.take());
  freshet::http::StreamHeads heads;
  CHECK(exchange.answer_stream({}, heads) == request.starts_with("HEAD"));
  CHECK(exchange.chunks() == (request.find("HTTP/1.1") != std::string::npos));
  CHECK((exchange.output().find("chunked") != std::string_view::npos) == exchange.chunks());
}
