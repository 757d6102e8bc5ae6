#include "server/metrics.h"

#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <utility>

namespace freshet::server {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Buckets = prometheus::Histogram::BucketBoundaries;
using ByLabel = std::map<std::string, std::uint64_t, std::less<>>;

/// Collects families in the order in which they are added.
class Page {
 public:
  void counter(std::string name, std::string help, double value) {
    ClientMetric metric;
    metric.counter.value = value;
    add(std::move(name), std::move(help), MetricType::Counter).push_back(metric);
  }
  void counters(std::string name, std::string help, const std::string& label, const ByLabel& values) {
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
  [[nodiscard]] std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<ClientMetric>& add(std::string name, std::string help, MetricType type) {
    families_.push_back({std::move(name), std::move(help), type, {}});
    return families_.back().metric;
  }
  std::vector<MetricFamily> families_;
};

/// Starts at zero for every label that can come, so that a rate over its first increase is right.
ByLabel at_least(ByLabel values, std::initializer_list<const char*> labels) {
  for (const auto* label : labels) values.try_emplace(label, 0);
  return values;
}

}  // namespace

struct Metrics::Histograms {
  prometheus::Histogram publish_to_write{Buckets{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1}};
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

std::string Metrics::text(const Statistics& server, const broker::Counters& hub, const Snapshot& now) const {
  Page page;
  page.gauge("freshet_connections", "Open event streams", static_cast<double>(server.streams));
  page.counters("freshet_connections_total", "Requests for an event stream by outcome", "outcome",
                at_least(server.outcomes, {"stream", "shed", "invalid", "unauthorized", "forbidden", "barred"}));
  page.counters("freshet_disconnects_total", "Event streams that ended, by reason", "reason",
                at_least(server.disconnects, {"client", "slow", "drain", "expired", "revoked", "error"}));
  page.gauge("freshet_subscriptions", "Channels that this process is subscribed to", static_cast<double>(now.channels));
  page.counters("freshet_events_received_total", "Events received from the backplane", "kind",
                {{"durable", hub.durable_received}, {"live", hub.live_received}});
  page.counters("freshet_records_rejected_total", "Records from the backplane that were dropped, by reason", "reason",
                at_least(hub.rejected, {"malformed", "version", "event-name", "duplicate", "too-large", "future"}));
  page.counter("freshet_events_sent_total", "Events queued to clients, control events not counted",
               static_cast<double>(server.events_sent));
  page.counter("freshet_bytes_sent_total", "Bytes written to clients", static_cast<double>(server.bytes_sent));
  page.histogram("freshet_publish_to_write_seconds", "From an event's id to the end of the turn that wrote it",
                 histograms_->publish_to_write);
  page.histogram("freshet_fanout_seconds", "Writing out one turn's events to all streams", histograms_->fanout);
  page.counter("freshet_replayed_events_total", "Events sent from history", static_cast<double>(hub.replayed));
  page.counters(
      "freshet_resumes_total", "Streams opened, by result", "result",
      at_least(hub.resumes, {"fresh", "complete", "earliest", "trimmed", "expired", "unknown-id", "history-lost"}));
  page.counters("freshet_resets_total", "Resets in mid-stream, by reason", "reason",
                at_least(hub.resets, {"trimmed", "expired", "history-lost"}));
  page.counter("freshet_ring_reads_total", "Rings read from the backplane", static_cast<double>(hub.ring_reads));
  page.counter("freshet_resumes_from_log_total", "Streams opened without reading a ring",
               static_cast<double>(hub.answered_from_log));
  page.counter("freshet_gaps_total", "Channels repaired because a message went missing or history broke",
               static_cast<double>(hub.gaps));
  page.gauge("freshet_buffered_bytes", "What waits for clients whose sockets take no more",
             static_cast<double>(now.buffered_bytes));
  page.gauge("freshet_log_bytes", "Recent events kept for returning clients", static_cast<double>(now.log_bytes));
  page.gauge("freshet_redis_up", "Whether a link to the backplane is up", now.subscriber_up ? 1 : 0,
             {{"connection", "subscriber"}});
  page.gauge("freshet_redis_up", "", now.command_up ? 1 : 0, {{"connection", "command"}});
  page.counter("freshet_redis_reconnects_total", "Connections to Redis made after the first ones",
               static_cast<double>(now.redis_reconnects));
  page.gauge("freshet_probe_seconds", "The latest delivery probe's way through the backplane and back",
             static_cast<double>(hub.last_probe.count()) / 1e6);
  page.counters("freshet_auth_failures_total", "Requests refused for want of a right, by reason", "reason",
                at_least(server.auth_failures, {"missing", "forbidden", "expired", "signature", "malformed"}));
  page.counters("freshet_control_messages_total",
                "Control messages from instances and operators, by what became of them", "result",
                at_least(server.control_messages, {"disconnect", "ignored"}));
  page.counters("freshet_shed_total", "Clients sent away to come again, by reason", "reason",
                at_least(server.shed, {"connections", "connections_per_user", "connections_per_address",
                                       "connection_rate", "draining", "descriptors", "keys"}));
  page.gauge("freshet_loop_lag_seconds", "The largest delay of the event loop in the last seconds",
             now.loop_lag_seconds);
  page.gauge("freshet_build_info", "What is running", 1, {{"version", version_}});
  return page.text();
}

}  // namespace freshet::server
