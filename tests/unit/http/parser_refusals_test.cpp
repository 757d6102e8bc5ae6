#include <catch2/catch.hpp>

#include "unit/http/parse.h"

using freshet::http::kMaxHeaders;
using freshet::http::Limits;
using freshet::http::parse;
using freshet::http::Parser;
using Status = Parser::Status;

namespace {

/// The status with which `bytes` are refused, however they are cut; 0 if they are not.
int refused(std::string_view bytes, Limits limits = {}) {
  const auto outcome = parse(bytes, limits);
  for (const std::size_t piece : {1U, 2U, 5U}) CHECK(parse(bytes, limits, piece) == outcome);
  if (outcome.status != Status::kFailed) return 0;
  CHECK_FALSE(outcome.problem.detail.empty());
  return outcome.problem.status;
}

/// The same for a sound HTTP/1.1 request with `lines` among its headers.
int refused_with(std::string_view lines, std::string_view body = "") {
  return refused("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n\r\n" + std::string(body));
}

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

}  // namespace

TEST_CASE("malformed request lines are refused") {
  CHECK(refused("GET /\r\n") == 400);
  CHECK(refused("GET\r\n") == 400);
  CHECK(refused("GET  / HTTP/1.1\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1 \r\n") == 400);
  CHECK(refused(" GET / HTTP/1.1\r\n") == 400);
  CHECK(refused("GET /a b HTTP/1.1\r\n") == 400);
  CHECK(refused("GET\t/ HTTP/1.1\r\n") == 400);
  CHECK(refused("GET / http/1.1\r\n") == 400);
  CHECK(refused("GET / HTTP/x.1\r\n") == 400);
  CHECK(refused("GET / HTTP/1.11\r\n") == 400);
  CHECK(refused("GET / HTTP/1\r\n") == 400);
  CHECK(refused("GET / RTSP/1.0\r\n") == 400);
  CHECK(refused("G(T / HTTP/1.1\r\n") == 400);
}

TEST_CASE("other versions of HTTP are refused as such") {
  CHECK(refused("GET / HTTP/0.9\r\n\r\n") == 505);
  CHECK(refused("GET / HTTP/1.2\r\n\r\n") == 505);
  CHECK(refused("GET / HTTP/2.0\r\n\r\n") == 505);
  CHECK(refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 505);
}

TEST_CASE("methods that mean nothing here are refused as not implemented") {
  CHECK(refused("FETCH / HTTP/1.1\r\n") == 501);
  CHECK(refused("get / HTTP/1.1\r\n") == 501);
  CHECK(refused("GETT / HTTP/1.1\r\n") == 501);
  CHECK(refused("DESCRIBE / HTTP/1.1\r\n") == 501);
  CHECK(refused("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n") == 501);
}

TEST_CASE("targets that name no resource are refused") {
  CHECK(refused("GET events HTTP/1.1\r\n") == 400);
  CHECK(refused("GET * HTTP/1.1\r\n") == 400);
  CHECK(refused("OPTIONS *x HTTP/1.1\r\n") == 400);
  CHECK(refused("GET /a#b HTTP/1.1\r\n") == 400);
  CHECK(refused("GET http:///a HTTP/1.1\r\n") == 400);
  CHECK(refused("GET http://user@host/ HTTP/1.1\r\n") == 400);
  CHECK(refused("GET ftp://host/ HTTP/1.1\r\n") == 400);
  CHECK(refused("GET example.org:443 HTTP/1.1\r\n") == 400);
}

TEST_CASE("targets hold printable ASCII only") {
  for (const int byte : {0x00, 0x01, 0x09, 0x0b, 0x0c, 0x1b, 0x7f, 0x80, 0xc3, 0xff}) {
    INFO(byte);
    CHECK(refused("GET /a" + bytes({byte}) + "b HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  }
}

TEST_CASE("lines end with CRLF and nothing else") {
  CHECK(refused("GET / HTTP/1.1\nHost: a\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\r\n\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\r\n\rX") == 400);
  CHECK(refused("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
}

TEST_CASE("header values hold no control bytes but tabs") {
  for (int byte = 0; byte < 0x20; ++byte) {
    INFO(byte);
    const bool allowed = byte == '\t';
    CHECK(refused_with("X: a" + bytes({byte}) + "b") == (allowed ? 0 : 400));
  }
  CHECK(refused_with("X: a\x7f") == 400);
}

TEST_CASE("header names are tokens, directly followed by a colon") {
  CHECK(refused_with("X : y") == 400);
  CHECK(refused_with("X\t: y") == 400);
  CHECK(refused_with("X y: z") == 400);
  CHECK(refused_with(": y") == 400);
  CHECK(refused_with("X") == 400);
  CHECK(refused_with("X(y): z") == 400);
  CHECK(refused_with("X\xe9: z") == 400);
  CHECK(refused_with("Content-Length : 0") == 400);
  CHECK(refused_with("Transfer-Encoding : chunked") == 400);
}

TEST_CASE("folded header lines are refused") {
  CHECK(refused_with("X: y\r\n z") == 400);
  CHECK(refused_with("X: y\r\n\tz") == 400);
  CHECK(refused_with("X: y\r\n ") == 400);
  CHECK(refused("GET / HTTP/1.1\r\n Host: a\r\n\r\n") == 400);
}

TEST_CASE("the host is named once, and well") {
  CHECK(refused("GET / HTTP/1.1\r\n\r\n") == 400);
  CHECK(refused("GET http://a/ HTTP/1.1\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a b\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost: user@a\r\n\r\n") == 400);
  CHECK(refused("GET / HTTP/1.1\r\nHost:\r\n\r\n") == 0);
}

TEST_CASE("the origin is named once") {
  CHECK(refused_with("Origin: https://a\r\norigin: https://b") == 400);
  CHECK(refused_with("Origin: https://a\r\nOrigin: https://a") == 400);
  CHECK(refused_with("Origin: https://a") == 0);
}

TEST_CASE("a length that can be read in two ways is refused") {
  CHECK(refused_with("Content-Length: 2\r\nContent-Length: 2", "hi") == 400);
  CHECK(refused_with("Content-Length: 2\r\ncontent-length: 3", "hi") == 400);
  for (const auto* value : {"2, 2", "2,3", "+2", "-2", "0x2", "2 2", "2.0", "2e0", "two", "", "18446744073709551616",
                            "99999999999999999999999"}) {
    INFO(value);
    CHECK(refused_with("Content-Length: " + std::string(value), "hi") == 400);
  }
  CHECK(refused_with("Content-Length: 2\r\nTransfer-Encoding: chunked", "0\r\n\r\n") == 400);
  CHECK(refused_with("Transfer-Encoding: chunked\r\nContent-Length: 2", "0\r\n\r\n") == 400);
  CHECK(refused_with("Content-Length: 2\r\nTransfer-Encoding: identity", "hi") == 400);
}

TEST_CASE("of the transfer codings there is chunked, once") {
  CHECK(refused_with("Transfer-Encoding: gzip") == 501);
  CHECK(refused_with("Transfer-Encoding: gzip, chunked") == 501);
  CHECK(refused_with("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked") == 501);
  CHECK(refused_with("Transfer-Encoding: identity") == 501);
  CHECK(refused_with("Transfer-Encoding: xchunked") == 501);
  CHECK(refused_with("Transfer-Encoding: \"chunked\"") == 501);
  CHECK(refused_with("Transfer-Encoding: chunked, chunked") == 400);
  CHECK(refused_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked") == 400);
  CHECK(refused_with("Transfer-Encoding: chunked, gzip") == 400);
  CHECK(refused_with("Transfer-Encoding:") == 400);
  CHECK(refused_with("Transfer-Encoding: chunked,") == 400);
  CHECK(refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == 400);
}

TEST_CASE("malformed chunks are refused") {
  for (const auto* body :
       {"\r\n", "x\r\n", "-1\r\n", "+1\r\n", " 1\r\nx\r\n", "0x1\r\nx\r\n", "1\nx\r\n", "1\r\nxy\r\n", "1\r\nx\n",
        "1\r\nxX\n", "1\r\nx\r\n\r\n", "fffffffffffffffff\r\n", "1;\x01\r\n", ";x\r\n", "0\r\nX : y\r\n", "0\r\nX\n",
        "0\r\nX: y\r\n z\r\n", "0\r\n\n", "0\r\n\rX"}) {
    INFO(body);
    CHECK(refused_with("Transfer-Encoding: chunked", body) == 400);
  }
  CHECK(refused_with("Transfer-Encoding: chunked", "1 \r\nx\r\n0\r\n\r\n") == 400);
}

TEST_CASE("expectations other than 100-continue are refused") {
  CHECK(refused_with("Expect: the-unexpected") == 417);
  CHECK(refused_with("Expect: 100-continue, other") == 417);
  CHECK(refused_with("Expect: 100-continue\r\nExpect: other") == 417);
  CHECK(refused("GET / HTTP/1.0\r\nExpect: other\r\n\r\n") == 0);
}

TEST_CASE("a head over its limit is refused by the part that is too long") {
  const Limits limits{.head_bytes = 64, .body_bytes = 8};
  CHECK(refused("GET /" + std::string(64, 'a'), limits) == 414);
  CHECK(refused(std::string(65, 'A'), limits) == 414);
  CHECK(refused("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(64, 'a'), limits) == 431);
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n";
  CHECK(refused(head, {.head_bytes = head.size(), .body_bytes = 0}) == 0);
  CHECK(refused(head, {.head_bytes = head.size() - 1, .body_bytes = 0}) == 431);
  std::string many = "GET / HTTP/1.1\r\n";
  for (std::size_t i = 0; i <= kMaxHeaders; ++i) many += "X: y\r\n";
  CHECK(refused(many) == 431);
}

TEST_CASE("a body over its limit is refused before it is read") {
  const Limits limits{.head_bytes = 200, .body_bytes = 8};
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\n";
  CHECK(refused(head + "Content-Length: 9\r\n\r\n", limits) == 413);
  CHECK(refused(head + "Content-Length: 18446744073709551615\r\n\r\n", limits) == 413);
  CHECK(refused(head + "Transfer-Encoding: chunked\r\n\r\n9\r\n", limits) == 413);
  CHECK(refused(head + "Transfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n1\r\n", limits) == 413);
  CHECK(refused(head + "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", limits) == 413);
}

TEST_CASE("chunk extensions and trailers are bounded over the whole request") {
  const Limits limits{.head_bytes = 100, .body_bytes = 1000};
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(refused(head + "1;" + std::string(200, 'x'), limits) == 413);
  std::string chunks;
  for (int i = 0; i < 10; ++i) chunks += "1;" + std::string(40, 'x') + "\r\na\r\n";
  CHECK(refused(head + chunks, limits) == 413);
  CHECK(refused(head + "0\r\nX: " + std::string(100, 'x'), limits) == 431);
  std::string trailers = "0\r\n";
  for (std::size_t i = 0; i <= kMaxHeaders; ++i) trailers += "X: y\r\n";
  CHECK(refused(head + trailers) == 431);
}

TEST_CASE("what is no HTTP at all is refused at its first byte that cannot be") {
  CHECK(refused(bytes({0x16, 0x03, 0x01, 0x02, 0x00})) == 400);
  CHECK(refused(bytes({0x00})) == 400);
  CHECK(refused(bytes({0xff, 0xfe})) == 400);
  CHECK(refused("*1\r\n$4\r\nPING\r\n") == 400);
}
