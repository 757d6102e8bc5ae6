#include "ctl/text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

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

TEST_CASE("a line is shown in the order that it has") {
  CHECK(one_line("a\u202eb") == "a\\xe2\\x80\\xaeb");
  for (const auto* turn : {"\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"}) {
    CHECK(one_line(turn).starts_with("\\xe2"));
  }
  for (const auto* other : {"\u2029", "\u202f", "\u2065", "\u206a", "…", "שלום"}) CHECK(one_line(other) == other);
}

TEST_CASE("JSON is one line of ASCII without control bytes, and says the same") {
  const std::string nasty = "\x1b[31m\x7f\n\u009b31m \u202e ü 😀";
  const auto line = json_line({{"data", nasty}});
  CHECK(line == R"({"data":"\u001b[31m\u007f\n\u009b31m \u202e \u00fc \ud83d\ude00"})"
                "\n");
  CHECK(nlohmann::json::parse(line)["data"] == nasty);
  CHECK(json_line({{"data", "\xff"}}) == "{\"data\":\"\\ufffd\"}\n");
}
