#include "config/units.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <cstddef>
#include <string>

using freshet::config::format_duration;
using freshet::config::format_size;
using freshet::config::parse_duration;
using freshet::config::parse_size;
using namespace std::chrono_literals;

TEST_CASE("durations are a number and a unit") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("15s") == 15s);
  CHECK(parse_duration("10m") == 600s);
  CHECK(parse_duration("1h") == 1h);
  CHECK(parse_duration("1d") == 24h);
  CHECK(parse_duration("0s") == 0s);
}

TEST_CASE("what is not a duration is refused with an example") {
  for (const auto* bad : {"", "15", "s", "15 s", " 15s", "15s ", "1.5s", "-1s", "+1s", "15S", "15sec", "1h30m",
                          "15 parsecs", "9223372036854775807d", "99999999999999999999s", "0x1s"}) {
    INFO(bad);
    CHECK_FALSE(parse_duration(bad));
  }
  CHECK(parse_duration("15 parsecs").error().message == "\"15 parsecs\" is not a duration (try 15s)");
}

TEST_CASE("durations are written in the largest whole unit") {
  CHECK(format_duration(0ms) == "0s");
  CHECK(format_duration(1500ms) == "1500ms");
  CHECK(format_duration(90s) == "90s");
  CHECK(format_duration(120s) == "2m");
  CHECK(format_duration(1h) == "1h");
  CHECK(format_duration(48h) == "2d");
}

TEST_CASE("sizes are bytes or a number and a binary unit") {
  CHECK(parse_size("0") == std::size_t{0});
  CHECK(parse_size("1000") == std::size_t{1000});
  CHECK(parse_size("100B") == std::size_t{100});
  CHECK(parse_size("64KiB") == std::size_t{65536});
  CHECK(parse_size("1MiB") == std::size_t{1048576});
  CHECK(parse_size("3GiB") == std::size_t{3} << 30U);
}

TEST_CASE("what is not a size is refused with the units") {
  for (const auto* bad : {"", "64K", "64k", "64KB", "64kib", "1 MiB", "-1", "1.5MiB", "MiB", "1TiB", "17179869184GiB",
                          "99999999999999999999"}) {
    INFO(bad);
    CHECK_FALSE(parse_size(bad));
  }
  CHECK(parse_size("64KB").error().message == "\"64KB\" is not a size (try 64KiB; the units are B, KiB, MiB and GiB)");
}

TEST_CASE("sizes are written in the largest whole unit") {
  CHECK(format_size(0) == "0");
  CHECK(format_size(1023) == "1023");
  CHECK(format_size(1025) == "1025");
  CHECK(format_size(65536) == "64KiB");
  CHECK(format_size(std::size_t{5} << 30U) == "5GiB");
}
