#include "ctl/text.h"

#include <catch2/catch.hpp>

using namespace freshet::ctl;

TEST_CASE("a line holds nothing that moves a terminal") {
  CHECK(one_line("plain {\"ü\":1} 日本 😀") == "plain {\"ü\":1} 日本 😀");
  CHECK(one_line("a\nb\r\tc") == "a\\nb\\r\\tc");
  CHECK(one_line("\x1b[31mred\x07\x7f") == "\\x1b[31mred\\x07\\x7f");
  CHECK(one_line("\xc2\x9b"
                 "31m") == "\\xc2\\x9b31m");
  CHECK(one_line(std::string_view("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("what is not UTF-8 is shown as bytes") {
  CHECK(one_line("\xff\xfe") == "\\xff\\xfe");
  CHECK(one_line("\xc3") == "\\xc3");
  CHECK(one_line("\xc0\xaf") == "\\xc0\\xaf");
  CHECK(one_line("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  CHECK(one_line("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
}

TEST_CASE("a long line is cut between characters") {
  CHECK(one_line("abcdef", 6) == "abcdef");
  CHECK(one_line("abcdefg", 6) == "abcdef…");
  CHECK(one_line("aüb", 2) == "a…");
}

TEST_CASE("ids are read as times") {
  CHECK(rfc3339(0) == "1970-01-01T00:00:00.000000Z");
  CHECK(rfc3339(1'795'197'586'027'434) == "2026-11-20T17:59:46.027434Z");
}
