#include "redis/info.h"

#include <catch2/catch.hpp>

using freshet::redis::info_field;

TEST_CASE("A field of INFO is found by its whole name, with either end of line") {
  const std::string_view info = "# Memory\r\nused_memory_human:1M\r\nused_memory:5\r\nmaxmemory:7\nempty:\r\n";
  CHECK(info_field(info, "used_memory") == "5");
  CHECK(info_field(info, "maxmemory") == "7");
  CHECK(info_field(info, "empty").empty());
  CHECK(info_field(info, "memory").empty());
  CHECK(info_field("", "used_memory").empty());
}
