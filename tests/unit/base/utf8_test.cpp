#include "base/utf8.h"

#include <catch2/catch.hpp>

using freshet::base::utf8_length;

TEST_CASE("The length of a UTF-8 sequence is that of what the text begins with") {
  CHECK(utf8_length("") == 0);
  CHECK(utf8_length("abc") == 1);
  CHECK(utf8_length(std::string_view("\0", 1)) == 1);
  CHECK(utf8_length("\xc2\x80x") == 2);
  CHECK(utf8_length("\xef\xbf\xbf") == 3);
  CHECK(utf8_length("\xf4\x8f\xbf\xbf") == 4);
}

TEST_CASE("What is no UTF-8 sequence has no length") {
  for (const auto* text : {"\x80", "\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xe2\x82",
                           "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    CHECK(utf8_length(text) == 0);
  }
}
