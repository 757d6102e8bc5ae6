#include "ctl/quantity.h"

#include <catch2/catch.hpp>

using namespace freshet::ctl;

TEST_CASE("times have the unit that suits them") {
  CHECK(short_time(0) == "0 µs");
  CHECK(short_time(0.000'257) == "257 µs");
  CHECK(short_time(0.001) == "1 ms");
  CHECK(short_time(0.0032) == "3.2 ms");
  CHECK(short_time(0.25) == "250 ms");
  CHECK(short_time(0.9999) == "1 s");
  CHECK(short_time(61.26) == "61.3 s");
}

TEST_CASE("long times have two units") {
  CHECK(long_time(0) == "0s");
  CHECK(long_time(59) == "59s");
  CHECK(long_time(60) == "1m");
  CHECK(long_time(185) == "3m 5s");
  CHECK(long_time(25'920) == "7h 12m");
  CHECK(long_time(86'400) == "1d");
  CHECK(long_time(273'601) == "3d 4h");
}

TEST_CASE("numbers stay short") {
  CHECK(short_number(0) == "0");
  CHECK(short_number(0.3) == "0.3");
  CHECK(short_number(17) == "17");
  CHECK(short_number(9999) == "9999");
  CHECK(short_number(12'345) == "12.3k");
  CHECK(short_number(999'960) == "1M");
}

TEST_CASE("sizes are binary") {
  CHECK(short_bytes(512) == "512 B");
  CHECK(short_bytes(65'536) == "64 KiB");
  CHECK(short_bytes(1'572'864) == "1.5 MiB");
  CHECK(short_bytes(std::uint64_t{1} << 50U) == "1024 TiB");
}
