#include "base/text.h"

#include <catch2/catch.hpp>

using namespace freshet::base;

TEST_CASE("decimals are digits only and fit 64 bits") {
  CHECK(parse_decimal("0") == 0U);
  CHECK(parse_decimal("18446744073709551615") == 18446744073709551615ULL);
  CHECK_FALSE(parse_decimal("18446744073709551616"));
  CHECK_FALSE(parse_decimal(""));
  CHECK_FALSE(parse_decimal("-1"));
  CHECK_FALSE(parse_decimal("+1"));
  CHECK_FALSE(parse_decimal(" 1"));
  CHECK_FALSE(parse_decimal("1x"));
}

TEST_CASE("hexadecimal digits have a value in either case, other bytes none") {
  CHECK(hex_value('0') == 0U);
  CHECK(hex_value('9') == 9U);
  CHECK(hex_value('a') == 10U);
  CHECK(hex_value('F') == 15U);
  for (const char other : {'/', ':', '@', 'G', '`', 'g', '\0', '\xff'}) CHECK_FALSE(hex_value(other));
}

TEST_CASE("case is ASCII only") {
  CHECK(to_lower("EVent\xc3\x84") == "event\xc3\x84");
  CHECK(equals_ignoring_case("Last-Event-ID", "last-event-id"));
  CHECK_FALSE(equals_ignoring_case("a", "ab"));
}

TEST_CASE("trim and split") {
  CHECK(trim(" \ta b\t ") == "a b");
  CHECK(trim("  ").empty());
  CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string_view>{""});
}

TEST_CASE("text for logs shows what is not printable, and ends") {
  CHECK(printable("a\r\n\"\xff") == "a\\x0d\\x0a\\x22\\xff");
  CHECK(printable(std::string(10, 'x'), 4) == "xxxx…");
}
