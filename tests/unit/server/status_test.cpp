#include "server/ops/status.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <unistd.h>
#include <vector>

using freshet::broker::Counters;
using freshet::server::Statistics;
using freshet::server::status_json;
using freshet::server::StatusFacts;
using nlohmann::json;

TEST_CASE("A status says all that its readers are promised") {
  StatusFacts facts;
  facts.instance = "web-1";
  facts.version = "1.2.3";
  facts.backplane = "redis";
  facts.started_at_us = 1'700'000'000'123'456;
  facts.uptime = std::chrono::milliseconds(61'500);
  facts.history_events = 256;
  facts.history_ttl = std::chrono::hours(1);
  facts.max_event_bytes = 262'144;
  facts.now.channels = 7;
  facts.now.buffered_bytes = 11;
  facts.now.subscriber_up = true;
  facts.now.redis_reconnects = 2;
  facts.now.loop_lag_seconds = 0.25;
  facts.now.redis_memory = {900, 1'000, "noeviction", false};
  facts.now.connections_limit = 100;
  facts.now.process.resident_bytes = 5'000'000;
  facts.publish_to_write = {3, 0.5, {{0.001, 1}, {1, 2}}};
  Statistics server;
  server.streams = 4;
  server.outcomes["stream"] = 9;
  server.events_sent = 1'000;
  server.bytes_sent = 1'000'000'007;
  Counters hub;
  hub.durable_received = 5;
  hub.live_received = 6;
  hub.replayed = 8;
  hub.gaps = 1;
  hub.last_probe = std::chrono::microseconds(1'500);

  const auto text = status_json(facts, server, hub);
  CHECK(text.find('\n') == std::string::npos);
  const auto status = json::parse(text);
  CHECK(status["instance"] == "web-1");
  CHECK(status["version"] == "1.2.3");
  CHECK(status["pid"] == ::getpid());
  CHECK(status["started_at"] == "2023-11-14T22:13:20.123Z");
  CHECK(status["uptime_seconds"] == 61.5);
  CHECK(status["state"] == "ready");
  CHECK(status["reason"].is_null());
  CHECK(status["connections"] == json{{"open", 4}, {"limit", 100}});
  CHECK(status["subscriptions"] == 7);
  CHECK(status["buffered_bytes"] == 11);
  CHECK(status["memory_bytes"] == 5'000'000);
  CHECK(status["loop_lag_seconds"] == 0.25);
  const json buckets = json::array({json::array({0.001, 1}), json::array({1.0, 2})});
  CHECK(status["publish_to_write_seconds"] == json{{"count", 3}, {"sum", 0.5}, {"buckets", buckets}});
  CHECK(status["backplane"] ==
        json{{"type", "redis"},
             {"up", {{"subscriber", true}, {"command", false}}},
             {"reconnects", 2},
             {"probe_seconds", 0.0015},
             {"memory", {{"used_bytes", 900}, {"limit_bytes", 1'000}, {"eviction_policy", "noeviction"}}},
             {"history", {{"events", 256}, {"ttl_seconds", 3600}, {"max_event_bytes", 262'144}}}});
  const auto& totals = status["totals"];
  CHECK(totals["connections"]["stream"] == 9);
  CHECK(totals["connections"]["shed"] == 0);
  CHECK(totals["events_received"] == json{{"durable", 5}, {"live", 6}});
  CHECK(totals["events_sent"] == 1'000);
  CHECK(totals["bytes_sent"] == 1'000'000'007);
  CHECK(totals["replayed_events"] == 8);
  CHECK(totals["gaps"] == 1);
  for (const auto* kind : {"disconnects", "resumes", "resets", "shed", "auth_failures", "records_rejected"}) {
    CAPTURE(kind);
    CHECK(totals[kind].size() > 2);
  }
}

TEST_CASE("Of a Redis that has not told how full it is, and of no Redis, a status says nothing") {
  CHECK(json::parse(status_json({}, {}, {}))["backplane"]["memory"].is_null());
}

TEST_CASE("A process that is not ready says why, and draining goes before everything else") {
  StatusFacts facts;
  facts.trouble = "redis is \xff away";
  auto status = json::parse(status_json(facts, {}, {}));
  CHECK(status["state"] == "waiting");
  CHECK(status["reason"] == "redis is \xef\xbf\xbd away");
  facts.draining = true;
  facts.trouble = "draining";
  status = json::parse(status_json(facts, {}, {}));
  CHECK(status["state"] == "draining");
  CHECK(status["reason"] == "draining");
}
