#include "server/exchange.h"

#include <catch2/catch.hpp>
#include <string>

using freshet::http::Limits;
using freshet::server::BufferBudget;
using freshet::server::Exchange;
using Status = freshet::http::Parser::Status;

namespace {

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

struct Fixture {
  std::size_t limit_bytes = 100;
  BufferBudget budget{limit_bytes};
  Exchange exchange{{}, budget};
};

}  // namespace

TEST_CASE("What lies behind a request is kept for the next one") {
  Fixture f;
  auto& exchange = f.exchange;
  CHECK(exchange.idle());
  REQUIRE(exchange.read(std::string(kGet) + "GET /b HT", Limits{}) == Status::kComplete);
  CHECK(exchange.take().path == "/a");
  CHECK(exchange.has_kept());
  CHECK(f.budget.used_bytes() == 9);
  exchange.keep("TP/1.1\r\n");
  CHECK(f.budget.used_bytes() == 17);
  REQUIRE(exchange.read({}, Limits{}) == Status::kNeedMore);
  CHECK(exchange.begun());
  CHECK_FALSE(exchange.pipelined());
  CHECK(f.budget.used_bytes() == 0);
  REQUIRE(exchange.read("Host: x\r\n\r\n", Limits{}) == Status::kComplete);
  CHECK(exchange.take().path == "/b");
  CHECK(exchange.idle());
}

TEST_CASE("An answer is written in pieces, and the next one begins anew") {
  Fixture f;
  auto& exchange = f.exchange;
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
  Fixture f;
  auto& exchange = f.exchange;
  REQUIRE(exchange.read("nonsense\r\n\r\nGET / HTTP/1.1\r\n", Limits{}) == Status::kFailed);
  exchange.reject(exchange.problem(), {{"Vary", "Origin"}});
  CHECK(exchange.output().starts_with("HTTP/1.1 400 "));
  CHECK(exchange.output().find("\r\nVary: Origin\r\n") != std::string::npos);
  CHECK_FALSE(exchange.keeps_alive());
  CHECK_FALSE(exchange.pipelined());
  CHECK(f.budget.used_bytes() == 0);
  CHECK(exchange.idle());
}

TEST_CASE("A client is told once to go on with its body") {
  Fixture f;
  auto& exchange = f.exchange;
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  REQUIRE(exchange.read(head, Limits{}) == Status::kNeedMore);
  CHECK(exchange.take_continue());
  CHECK_FALSE(exchange.take_continue());
  REQUIRE(exchange.read("ab", Limits{}) == Status::kComplete);
  CHECK(exchange.take().body == "ab");
}

TEST_CASE("A stream's head is all for HEAD, and chunked for HTTP/1.1 only") {
  Fixture f;
  auto& exchange = f.exchange;
  const std::string request =
      GENERATE("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.0\r\n\r\n");
  REQUIRE(exchange.read(request, Limits{}) == Status::kComplete);
  static_cast<void>(exchange.take());
  freshet::http::StreamHeads heads;
  CHECK(exchange.answer_stream({}, heads) == request.starts_with("HEAD"));
  CHECK(exchange.chunks() == (request.find("HTTP/1.1") != std::string::npos));
  CHECK((exchange.output().find("chunked") != std::string_view::npos) == exchange.chunks());
}

TEST_CASE("Where nothing more may wait, what lies behind a request is left out and its answer is the last") {
  Fixture f;
  auto& exchange = f.exchange;
  f.budget.charge(0, 95);
  const bool with_the_request = GENERATE(true, false);
  REQUIRE(exchange.read(std::string(kGet) + (with_the_request ? "GET /b" : ""), Limits{}) == Status::kComplete);
  CHECK(exchange.take().path == "/a");
  if (!with_the_request) exchange.keep("GET /b");
  f.budget.charge(95, 0);
  exchange.keep(" HTTP");  // not the beginning of a request
  CHECK(exchange.pipelined());
  CHECK_FALSE(exchange.has_kept());
  CHECK_FALSE(exchange.keeps_alive());
  CHECK(f.budget.used_bytes() == 0);
}

TEST_CASE("What is kept is given back with the connection, and when a stream begins") {
  Fixture f;
  {
    Exchange other({}, f.budget);
    other.keep(kGet);
    CHECK(f.budget.used_bytes() == kGet.size());
  }
  CHECK(f.budget.used_bytes() == 0);
  f.exchange.keep(kGet);
  f.exchange.forget_input();
  CHECK(f.budget.used_bytes() == 0);
}
