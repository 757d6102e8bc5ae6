#include "redis/memory.h"

#include <catch2/catch.hpp>

using freshet::redis::Memory;
using freshet::redis::parse_memory;

TEST_CASE("What is used is what Redis holds against its limit") {
  const auto memory = parse_memory(
      "# Memory\r\nused_memory:1000\r\nmaxmemory:2000\r\nmaxmemory_policy:noeviction\r\n"
      "mem_not_counted_for_evict:100\r\n");
  REQUIRE(memory);
  CHECK(memory->used_bytes == 900);
  CHECK(memory->limit_bytes == 2000);
  CHECK(memory->percent() == Approx(45));
  CHECK_FALSE(memory->evicts());
}

TEST_CASE(
    "A server that tells little has no limit and evicts nothing, one that does not tell what it uses tells nothing") {
  const auto memory = parse_memory("used_memory:7\r\nmem_not_counted_for_evict:8\r\n");
  REQUIRE(memory);
  CHECK(memory->used_bytes == 0);
  CHECK(memory->percent() == 0);
  CHECK_FALSE(memory->evicts());
  CHECK_FALSE(parse_memory("maxmemory:2000\r\n"));
  CHECK_FALSE(parse_memory("NOPERM this user has no permissions to run the 'info' command"));
}

TEST_CASE("Every policy but noeviction takes histories away") {
  CHECK(Memory{1, 2, "allkeys-lru"}.evicts());
  CHECK(Memory{1, 2, "volatile-ttl"}.evicts());
  CHECK_FALSE(Memory{1, 2, "noeviction"}.evicts());
}
