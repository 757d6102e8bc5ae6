#include "redis/clock_line.h"

#include <catch2/catch.hpp>
#include <string>

using freshet::redis::parse_clock_line;

TEST_CASE("A clock line is read in the units of the dataset's clock") {
  const auto line = parse_clock_line("7-3|1000|900|abc|3600|800|60|256|262144|999|e1:10:20,e2:30:40");
  REQUIRE(line);
  CHECK(line->nonce == "7-3");
  CHECK(line->clock.last == 1000);
  CHECK(line->clock.floor == 900);
  CHECK(line->clock.epoch == "abc");
  CHECK(line->clock.ttl == 3'600'000'000);
  CHECK(line->clock.ttl_since == 800);
  CHECK(line->clock.ttl_before == 60'000'000);
  CHECK(line->clock.ring == 256);
  CHECK(line->clock.max_bytes == 262144);
  CHECK(line->clock.now == 999);
  REQUIRE(line->clock.holes.size() == 2);
  CHECK(line->clock.holes[1].epoch == "e2");
  CHECK(line->clock.holes[1].base == 30);
  CHECK(line->clock.holes[1].boot == 40);
}

TEST_CASE("A clock without holes has an empty last field") {
  const auto line = parse_clock_line("-|9007199254740991|0|e|1|0|1|1|1|1|");
  REQUIRE(line);
  CHECK(line->clock.last == 9007199254740991);
  CHECK(line->clock.holes.empty());
}

TEST_CASE("What a newer library tells besides is passed over") {
  const auto line = parse_clock_line("-|7|1|e|1|1|1|1|1|1|e:1:2|new|fields");
  REQUIRE(line);
  CHECK(line->clock.last == 7);
  CHECK(line->clock.holes.size() == 1);
}

TEST_CASE("A clock line that the functions would not write is refused with the reason") {
  const auto why = [](const std::string& text) {
    const auto line = parse_clock_line(text);
    REQUIRE_FALSE(line);
    return line.error().message;
  };
  CHECK(why("") == "1 fields, 11 are expected");
  CHECK(why("-|1|1|e|1|1|1|1|1|1") == "10 fields, 11 are expected");
  CHECK(why("-|x|1|e|1|1|1|1|1|1|") == "last is 'x'");
  CHECK(why("-|9007199254740992|1|e|1|1|1|1|1|1|") == "last is '9007199254740992'");
  CHECK(why("-|1|-1|e|1|1|1|1|1|1|") == "floor is '-1'");
  CHECK(why("-|1|1||1|1|1|1|1|1|") == "the epoch is empty");
  CHECK(why("-|1|1|e|315360001|1|1|1|1|1|") == "ttl is '315360001'");
  CHECK(why("-|1|1|e|1|1|1|1|1|1e3|") == "now is '1e3'");
  CHECK(why("-|1|1|e|1|1|1|1|1|1|e:1") == "holes are 'e:1'");
  CHECK(why("-|1|1|e|1|1|1|1|1|1|e:1:2,") == "holes are 'e:1:2,'");
  std::string nine = "e:1:2";
  for (int i = 0; i < 8; ++i) nine += ",e:1:2";
  CHECK(why("-|1|1|e|1|1|1|1|1|1|" + nine) == "holes are '" + nine + "'");
}
