#include "loadtest/references/frame.h"

#include <catch2/catch.hpp>

#include "sse/frame.h"

using freshet::loadtest::append_chunk;

namespace {

std::string chunk_of(std::string_view message) {
  std::string out;
  append_chunk(message, out);
  return out;
}

std::string expected(const freshet::sse::Event& event) {
  return std::string(freshet::sse::Frame::encode(event)->chunked());
}

}  // namespace

TEST_CASE("the reference writes the same bytes as freshetd") {
  CHECK(chunk_of("hello") == expected({.id = 0, .name = {}, .data = "hello"}));
  CHECK(chunk_of("") == expected({.id = 0, .name = {}, .data = ""}));
  CHECK(chunk_of("\x1e"
                 "1|1700000000000000|1699999999999999|\nhello") ==
        expected({.id = 1'700'000'000'000'000, .name = {}, .data = "hello"}));
  CHECK(chunk_of("\x1e"
                 "1|17|0|note\none\ntwo\n") == expected({.id = 17, .name = "note", .data = "one\ntwo\n"}));
}

TEST_CASE("chunks are appended") {
  std::string out;
  append_chunk("a", out);
  append_chunk("b", out);
  CHECK(out == chunk_of("a") + chunk_of("b"));
}
