#include "server/ops/status.h"

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/rfc3339.h"
#include "server/totals.h"

namespace freshet::server {
namespace {

using Json = nlohmann::ordered_json;

Json totals_json(const Statistics& server, const broker::Counters& hub) {
  const auto totals = totals_of(server, hub);
  return {{"connections", totals.connections},
          {"disconnects", totals.disconnects},
          {"events_received", {{"durable", hub.durable_received}, {"live", hub.live_received}}},
          {"events_sent", server.events_sent},
          {"bytes_sent", server.bytes_sent},
          {"replayed_events", hub.replayed},
          {"resumes", totals.resumes},
          {"resets", totals.resets},
          {"gaps", hub.gaps},
          {"shed", totals.shed},
          {"auth_failures", totals.auth_failures},
          {"records_rejected", totals.records_rejected}};
}

Json latency_json(const Metrics::Latency& latency) {
  Json buckets = Json::array();
  for (const auto& [bound, count] : latency.buckets) buckets.push_back(Json::array({bound, count}));
  return {{"count", latency.count}, {"sum", latency.sum_seconds}, {"buckets", std::move(buckets)}};
}

Json memory_json(const std::optional<RedisMemory>& memory) {
  if (!memory) return nullptr;
  return {{"used_bytes", memory->used_bytes},
          {"limit_bytes", memory->limit_bytes},
          {"eviction_policy", memory->eviction_policy}};
}

Json backplane_json(const StatusFacts& facts, const broker::Counters& hub) {
  return {{"type", facts.backplane},
          {"up", {{"subscriber", facts.now.subscriber_up}, {"command", facts.now.command_up}}},
          {"reconnects", facts.now.redis_reconnects},
          {"probe_seconds", std::chrono::duration<double>(hub.last_probe).count()},
          {"memory", memory_json(facts.now.redis_memory)},
          {"history",
           {{"events", facts.history_events},
            {"ttl_seconds", std::chrono::duration_cast<std::chrono::seconds>(facts.history_ttl).count()},
            {"max_event_bytes", facts.max_event_bytes}}}};
}

}  // namespace

std::string status_json(const StatusFacts& facts, const Statistics& server, const broker::Counters& hub) {
  const bool ready = facts.trouble.empty();
  const auto started_at_us = static_cast<std::uint64_t>(facts.started_at_us);
  const Json status{{"instance", facts.instance},
                    {"version", facts.version},
                    {"pid", ::getpid()},
                    {"started_at", base::rfc3339(started_at_us, base::Precision::kMilliseconds)},
                    {"uptime_seconds", std::chrono::duration<double>(facts.uptime).count()},
                    {"state", facts.draining ? "draining"
                              : ready        ? "ready"
                                             : "waiting"},
                    {"reason", ready ? Json(nullptr) : Json(facts.trouble)},
                    {"connections", {{"open", server.streams}, {"limit", facts.now.connections_limit}}},
                    {"subscriptions", facts.now.channels},
                    {"totals", totals_json(server, hub)},
                    {"buffered_bytes", facts.now.buffered_bytes},
                    {"memory_bytes", facts.now.process.resident_bytes},
                    {"loop_lag_seconds", facts.now.loop_lag_seconds},
                    {"publish_to_write_seconds", latency_json(facts.publish_to_write)},
                    {"backplane", backplane_json(facts, hub)}};
  return status.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace freshet::server
