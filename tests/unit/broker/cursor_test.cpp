#include "broker/cursor.h"

#include <catch2/catch.hpp>
#include <string>

using freshet::broker::Cursor;
using freshet::broker::kMaxId;
using Kind = Cursor::Kind;

TEST_CASE("An empty cursor is none") { CHECK(Cursor::parse("").kind == Kind::kFresh); }

TEST_CASE("A decimal id is a place to go on from") {
  const auto cursor = Cursor::parse("1700000000000001");
  CHECK(cursor.kind == Kind::kAt);
  CHECK(cursor.id == 1'700'000'000'000'001);
  CHECK(Cursor::parse("1").id == 1);
  CHECK(Cursor::parse(std::to_string(kMaxId)).kind == Kind::kAt);
}

TEST_CASE("What was never an id is unknown, not an error") {
  for (const std::string text : {"0", "-1", "+1", " 1", "1 ", "1.0", "0x10", "abc", "earliest", "1-0",
                                 "18446744073709551616", "99999999999999999999999999"}) {
    CAPTURE(text);
    CHECK(Cursor::parse(text).kind == Kind::kUnknown);
  }
  CHECK(Cursor::parse(std::to_string(kMaxId + 1)).kind == Kind::kUnknown);
}
