#include "http/chunk.h"

#include <catch2/catch.hpp>

#include "unit/http/parse.h"

using freshet::http::chunk;
using freshet::http::kLastChunk;

TEST_CASE("a chunk carries its size in hex") {
  CHECK(chunk("hello") == "5\r\nhello\r\n");
  CHECK(chunk(std::string(26, 'x')) == "1a\r\n" + std::string(26, 'x') + "\r\n");
}

TEST_CASE("empty data is no chunk, since that would end the body") { CHECK(chunk("").empty()); }

TEST_CASE("chunks and the last chunk make a body that parses") {
  const auto outcome = freshet::http::parse("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" +
                                            chunk("retry: 1\n\n") + chunk(":\n") + std::string(kLastChunk));
  REQUIRE(outcome.status == freshet::http::Parser::Status::kComplete);
  CHECK(outcome.request.body == "retry: 1\n\n:\n");
}
