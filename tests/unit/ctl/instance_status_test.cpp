#include "ctl/instance_status.h"

#include <catch2/catch.hpp>
#include <cmath>

using namespace freshet::ctl;

TEST_CASE("a status is read as the daemon writes it") {
  const auto status = parse_status(R"({"instance":"1","version":"0.1.0","pid":42,"started_at":"2026-11-20T12:00:00Z",
    "uptime_seconds":12.5,"state":"waiting","reason":"redis: gone","connections":{"open":3,"limit":100},"subscriptions":2,
    "totals":{"events_received":{"durable":7,"live":2},"events_sent":20},
    "publish_to_write_seconds":{"count":9,"sum":0.1,"buckets":[[0.001,4],[1.0,8]]},
    "backplane":{"type":"redis","up":{"subscriber":true,"command":false},"probe_seconds":0.0004,
    "memory":{"used_bytes":900,"limit_bytes":1000,"eviction_policy":"noeviction"}}})");
  REQUIRE(status);
  CHECK(status->instance == "1");
  CHECK(status->pid == 42);
  CHECK(status->uptime_seconds == Approx(12.5));
  CHECK(status->state == "waiting");
  CHECK(status->reason == "redis: gone");
  CHECK(status->connections == 3);
  CHECK(status->connection_limit == 100);
  CHECK(status->subscriptions == 2);
  CHECK(status->events_received == 9);
  CHECK(status->events_sent == 20);
  CHECK(status->backplane == "redis");
  CHECK_FALSE(status->backplane_up);
  CHECK(status->probe_seconds == 0.0004);
  CHECK(status->redis_memory.used_bytes == 900);
  CHECK(status->redis_memory.percent() == Approx(90));
  CHECK(status->redis_memory.eviction_policy == "noeviction");
  REQUIRE(status->publish_to_write.size() == 3);
  CHECK(status->publish_to_write[1].count == 8);
  CHECK(std::isinf(status->publish_to_write[2].bound));
  CHECK(status->publish_to_write[2].count == 9);
}

TEST_CASE("what a status does not say is nothing, not an error") {
  const auto status =
      parse_status(R"({"instance":"1","reason":null,"connections":7,"publish_to_write_seconds":{"buckets":[1,"x",[2]]},
    "backplane":{"probe_seconds":null,"memory":null}})");
  REQUIRE(status);
  CHECK(status->reason.empty());
  CHECK(status->connections == 0);
  CHECK_FALSE(status->probe_seconds.has_value());
  CHECK(status->redis_memory.percent() == 0);
}

TEST_CASE("an instance that has not had a probe yet tells 0, which is no time") {
  const auto status = parse_status(R"({"instance":"1","backplane":{"probe_seconds":0.0}})");
  REQUIRE(status);
  CHECK_FALSE(status->probe_seconds.has_value());
  CHECK(parse_status(R"({"instance":"1","backplane":{"probe_seconds":0.5}})")->probe_seconds == 0.5);
}

TEST_CASE("what is no status is an error") {
  for (const auto* text : {"", "[]", "<html>", "{\"instance\"", "{}", "null"}) CHECK_FALSE(parse_status(text));
}
