// What the daemon tells of itself: its log, metrics and status, and its service manager.

#include <algorithm>
#include <utility>

#include "app.h"
#include "base/text.h"
#include "mapping.h"
#include "memory_use.h"
#include "redis/redis_backplane.h"
#include "server/ops/status.h"
#include "startup_memory.h"

namespace freshet {
namespace {

constexpr std::chrono::seconds kReadinessInterval{1};
/// Of one stream in its line: it may have thousands.
constexpr std::size_t kLoggedChannels = 32;

}  // namespace

/// The access log: a line for each stream, at its end. Names no token and no query.
void App::log_end(const server::StreamReport& report) {
  if (config_.log.level > config::LogLevel::kInfo) return;
  std::string line("stream ended: reason=" + std::string(report.reason));
  const auto& visitor = report.visitor;
  if (!visitor.subject().empty()) line += " user=\"" + base::printable(visitor.subject()) + "\"";
  if (visitor.address()) line += " address=" + visitor.address()->text();
  line += " channels=";
  const auto& channels = report.channels;
  const auto named = std::min(channels.size(), kLoggedChannels);
  for (std::size_t i = 0; i < named; ++i) line.append(i == 0 ? "" : ",").append(channels[i]);
  if (named < channels.size()) line += " more_channels=" + std::to_string(channels.size() - named);
  const auto ms = report.duration / std::chrono::milliseconds(1);
  line += " duration_ms=" + std::to_string(ms) + " events=" + std::to_string(report.events) +
          " bytes=" + std::to_string(report.bytes);
  line += " resume=" + (report.resume.empty() ? "none" : std::string(report.resume));
  log_.info(line);
}

/// A line at each change, none repeated.
void App::report_readiness() {
  const auto now = trouble();
  if (!draining_ && now != reported_trouble_) {
    if (!reported_trouble_) give_back_startup_memory();
    if (now.empty()) {
      log_.info("ready");
    } else if (!reported_trouble_ || reported_trouble_->empty()) {
      log_.warn("not ready: " + now);
    }
    reported_trouble_ = now;
  }
  readiness_timer_ = loop_.after(kReadinessInterval, [this] { report_readiness(); });
}

ServiceReport::State App::service_state() const {
  return {.trouble = trouble(),
          .backplane = redis_ != nullptr ? "Redis up" : "memory backplane",
          .streams = statistics_.streams,
          .channels = hub_.channel_count()};
}

void App::report_memory(bool full) {
  conditions_.memory_full = full;
  if (!full) return log_.info("limits.memory: below it again, new streams are taken");
  log_.warn("limits.memory: " + std::to_string(memory_use().resident_bytes) +
            " bytes are resident: new streams are turned away");
}

server::Snapshot App::snapshot() const {
  server::Snapshot now;
  now.channels = hub_.channel_count();
  now.buffered_bytes = buffers_.used_bytes();
  now.log_bytes = hub_.log_bytes();
  now.subscriber_up = hub_.subscriber_up();
  now.command_up = hub_.command_up();
  if (redis_ != nullptr) {
    const auto status = redis_->status();
    now.redis_reconnects = status.subscriber_reconnects + status.command_reconnects;
    if (const auto& memory = status.memory) {
      now.redis_memory =
          server::RedisMemory{memory->used_bytes, memory->limit_bytes, memory->eviction_policy, memory->evicts()};
    }
  }
  now.ready = trouble().empty();
  now.probe_age_seconds = std::chrono::duration<double>(hub_.mark_age()).count();
  now.loop_lag_seconds = loop_lag_.seconds();
  now.connections_limit = settings_.connections;
  now.buffered_limit_bytes = settings_.buffer_total_bytes;
  now.memory_limit_bytes = config_.limits.memory_bytes;
  now.process = process_meter_.read(public_.connections() + ops_.connections());
  return now;
}

/// Operators and scrapers are in nobody's books, but when descriptors run out for them, they have run out for all.
server::Statistics App::counted() const {
  auto all = statistics_;
  const auto exhausted = ops_statistics_.shed.find(server::Shed::kDescriptors);
  if (exhausted != ops_statistics_.shed.end()) all.shed[exhausted->first] += exhausted->second;
  return all;
}

std::string App::metrics_text() const { return metrics_.text(counted(), hub_.counters(), snapshot()); }

std::size_t App::max_event_bytes() const {
  return hub_.dataset() ? hub_.dataset()->max_bytes : config_.backplane.history.max_event_bytes;
}

std::string App::status() const {
  server::StatusFacts facts;
  facts.instance = config_.instance;
  facts.version = version_;
  facts.backplane = redis_ != nullptr ? "redis" : "memory";
  facts.started_at_us = started_at_us_;
  facts.uptime = loop_.now() - started_;
  facts.draining = draining_;
  facts.trouble = trouble();
  // What the dataset says is in force; until it has been heard, what is configured.
  const auto& dataset = hub_.dataset();
  const auto configured = dataset_options(config_.backplane.history);
  facts.history_events = dataset ? dataset->ring : configured.ring;
  facts.history_ttl = std::chrono::microseconds(dataset ? dataset->ttl : configured.ttl_us);
  facts.max_event_bytes = max_event_bytes();
  facts.now = snapshot();
  facts.publish_to_write = metrics_.publish_to_write();
  return server::status_json(facts, counted(), hub_.counters());
}

}  // namespace freshet
