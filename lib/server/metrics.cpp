#include "server/metrics.h"

#include <cmath>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <utility>

#include "server/totals.h"

namespace freshet::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Buckets = prometheus::Histogram::BucketBoundaries;

/// Collects families in the order in which they are added.
class Page {
 public:
  void counter(std::string name, std::string help, double value) {
    ClientMetric metric;
    metric.counter.value = value;
    add(std::move(name), std::move(help), MetricType::Counter).push_back(metric);
  }
  void counters(std::string name, std::string help, const std::string& label, const Tally& values) {
    auto& metrics = add(std::move(name), std::move(help), MetricType::Counter);
    for (const auto& [key, value] : values) {
      ClientMetric metric;
      metric.label.push_back({label, key});
      metric.counter.value = static_cast<double>(value);
      metrics.push_back(metric);
    }
  }
  void gauge(const std::string& name, std::string help, double value, std::vector<ClientMetric::Label> labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.gauge.value = value;
    if (families_.empty() || families_.back().name != name) add(name, std::move(help), MetricType::Gauge);
    families_.back().metric.push_back(metric);
  }
  void histogram(std::string name, std::string help, const prometheus::Histogram& values) {
    add(std::move(name), std::move(help), MetricType::Histogram).push_back(values.Collect());
  }
  /// Under the names that every Prometheus client library gives them.
  void process(const ProcessUsage& usage) {
    counter("process_cpu_seconds_total", "User and system CPU time spent", usage.cpu_seconds);
    gauge("process_open_fds", "Open file descriptors", static_cast<double>(usage.open_fds));
    gauge("process_max_fds", "File descriptors that may be open", static_cast<double>(usage.max_fds));
    gauge("process_resident_memory_bytes", "Resident memory", static_cast<double>(usage.resident_bytes));
    gauge("process_virtual_memory_bytes", "Virtual memory", static_cast<double>(usage.virtual_bytes));
    gauge("process_start_time_seconds", "Start of the process since the Unix epoch", usage.start_time_seconds);
  }
  [[nodiscard]] std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<ClientMetric>& add(std::string name, std::string help, MetricType type) {
    families_.push_back({std::move(name), std::move(help), type, {}});
    return families_.back().metric;
  }
  std::vector<MetricFamily> families_;
};

}  // namespace

struct Metrics::Histograms {
  prometheus::Histogram publish_to_write{Buckets{.001, .0025, .005, .01, .025, .05, .1, .2, .25, .5, 1}};
  prometheus::Histogram fanout{Buckets{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1}};
};

Metrics::Metrics(std::string version) : version_(std::move(version)), histograms_(std::make_unique<Histograms>()) {}
Metrics::~Metrics() = default;

void Metrics::observe_publish_to_write(const std::vector<broker::Id>& ids, std::int64_t wall_us) {
  for (const auto id : ids) {
    const auto way_us = wall_us - static_cast<std::int64_t>(id);
    if (way_us >= 0) histograms_->publish_to_write.Observe(static_cast<double>(way_us) / 1e6);
  }
}

void Metrics::observe_fanout(double seconds) { histograms_->fanout.Observe(seconds); }

Metrics::Latency Metrics::publish_to_write() const {
  const auto collected = histograms_->publish_to_write.Collect().histogram;
  Latency latency{collected.sample_count, collected.sample_sum, {}};
  for (const auto& bucket : collected.bucket) {
    if (std::isfinite(bucket.upper_bound)) latency.buckets.emplace_back(bucket.upper_bound, bucket.cumulative_count);
  }
  return latency;
}

std::string Metrics::text(const Statistics& server, const broker::Counters& hub, const Snapshot& now) const {
  const auto totals = totals_of(server, hub);
  Page page;
  page.gauge("freshet_ready", "Whether /readyz says yes", now.ready ? 1 : 0);
  page.gauge("freshet_connections", "Open event streams", static_cast<double>(server.streams));
  page.gauge("freshet_connections_limit", "Open event streams from which on clients are sent away",
             static_cast<double>(now.connections_limit));
  page.counters("freshet_connections_total", "Requests for an event stream by outcome", "outcome", totals.connections);
  page.counters("freshet_disconnects_total", "Event streams that ended, by reason", "reason", totals.disconnects);
  page.gauge("freshet_subscriptions", "Channels that this process is subscribed to", static_cast<double>(now.channels));
  page.counters("freshet_events_received_total", "Events received from the backplane", "kind",
                {{"durable", hub.durable_received}, {"live", hub.live_received}});
  page.counters("freshet_records_rejected_total", "Records from the backplane that were dropped, by reason", "reason",
                totals.records_rejected);
  page.counter("freshet_events_sent_total", "Events queued to clients, control events not counted",
               static_cast<double>(server.events_sent));
  page.counter("freshet_bytes_sent_total", "Bytes written to clients", static_cast<double>(server.bytes_sent));
  page.histogram("freshet_publish_to_write_seconds", "From an event's id to the end of the turn that wrote it",
                 histograms_->publish_to_write);
  page.histogram("freshet_fanout_seconds", "Writing out one turn's events to all streams", histograms_->fanout);
  page.counter("freshet_replayed_events_total", "Events sent from history", static_cast<double>(hub.replayed));
  page.counters("freshet_resumes_total", "Streams opened, by result", "result", totals.resumes);
  page.counters("freshet_resets_total", "Resets in mid-stream, by reason", "reason", totals.resets);
  page.counter("freshet_ring_reads_total", "Rings read from the backplane", static_cast<double>(hub.ring_reads));
  page.counter("freshet_resumes_from_log_total", "Streams opened without reading a ring",
               static_cast<double>(hub.answered_from_log));
  page.counter("freshet_gaps_total", "Channels repaired because a message went missing or history broke",
               static_cast<double>(hub.gaps));
  page.gauge("freshet_buffered_bytes", "What waits for clients whose sockets take no more",
             static_cast<double>(now.buffered_bytes));
  page.gauge("freshet_buffered_limit_bytes", "What may wait for such clients together",
             static_cast<double>(now.buffered_limit_bytes));
  page.gauge("freshet_log_bytes", "Recent events kept for returning clients", static_cast<double>(now.log_bytes));
  page.gauge("freshet_redis_up", "Whether a link to the backplane is up", now.subscriber_up ? 1 : 0,
             {{"connection", "subscriber"}});
  page.gauge("freshet_redis_up", "", now.command_up ? 1 : 0, {{"connection", "command"}});
  page.counter("freshet_redis_reconnects_total", "Connections to Redis made after the first ones",
               static_cast<double>(now.redis_reconnects));
  const auto redis = now.redis_memory.value_or(RedisMemory{});
  page.gauge("freshet_redis_memory_bytes", "What Redis uses of its maxmemory; 0 while that is not known",
             static_cast<double>(redis.used_bytes));
  page.gauge("freshet_redis_memory_limit_bytes", "The maxmemory of Redis; 0 is no limit",
             static_cast<double>(redis.limit_bytes));
  page.gauge("freshet_redis_evicts", "Whether the maxmemory-policy of Redis takes histories away to make room",
             redis.evicts ? 1 : 0);
  page.gauge("freshet_probe_seconds", "The latest delivery probe's way through the backplane and back",
             static_cast<double>(hub.last_probe.count()) / 1e6);
  page.gauge("freshet_probe_age_seconds", "Since a delivery probe last came back", now.probe_age_seconds);
  page.counters("freshet_auth_failures_total", "Requests refused for want of a right, by reason", "reason",
                totals.auth_failures);
  page.counters("freshet_control_messages_total",
                "Control messages from instances and operators, by what became of them", "result",
                totals.control_messages);
  page.counters("freshet_shed_total", "Clients sent away to come again, by reason", "reason", totals.shed);
  page.gauge("freshet_loop_lag_seconds", "The largest delay of the event loop in the last seconds",
             now.loop_lag_seconds);
  page.gauge("freshet_memory_limit_bytes", "Resident memory from which on clients are sent away; 0 is no limit",
             static_cast<double>(now.memory_limit_bytes));
  page.gauge("freshet_build_info", "What is running", 1, {{"version", version_}});
  page.process(now.process);
  return page.text();
}

}  // namespace freshet::server
