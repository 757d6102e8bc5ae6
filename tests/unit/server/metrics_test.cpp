#include "server/metrics.h"

#include <catch2/catch.hpp>
#include <map>
#include <regex>
#include <set>
#include <sstream>

using freshet::broker::Counters;
using freshet::server::Metrics;
using freshet::server::Snapshot;
using freshet::server::Statistics;

namespace {

/// The samples of a page by name with labels. Checks that the page is Prometheus' text format: every sample belongs to
/// a family that was announced once, and no sample comes twice.
std::map<std::string, double> parse(const std::string& page) {
  static const std::regex kSample(R"(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[^}]*\})? (\S+))");
  std::map<std::string, double> samples;
  std::set<std::string> families;
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    if (line.rfind("# HELP ", 0) == 0) continue;
    if (line.rfind("# TYPE ", 0) == 0) {
      const auto name = line.substr(7, line.find(' ', 7) - 7);
      CHECK(families.insert(name).second);
      continue;
    }
    std::smatch match;
    REQUIRE(std::regex_match(line, match, kSample));
    auto family = match[1].str();
    for (const std::string suffix : {"_bucket", "_sum", "_count"}) {
      const auto at = family.rfind(suffix);
      if (families.count(family) == 0 && at != std::string::npos) family.resize(at);
    }
    CHECK(families.count(family) == 1);
    CHECK((family.rfind("freshet_", 0) == 0 || family.rfind("process_", 0) == 0));
    CHECK(samples.emplace(match[1].str() + match[2].str(), std::stod(match[3])).second);
  }
  return samples;
}

}  // namespace

TEST_CASE("A page of metrics can be parsed, and every counter is there from the start") {
  const Metrics metrics("1.2.3");
  const auto samples = parse(metrics.text({}, {}, {}));
  for (const std::string name : {
           "freshet_ready",
           "freshet_connections",
           "freshet_connections_limit",
           "freshet_connections_total{outcome=\"stream\"}",
           "freshet_connections_total{outcome=\"shed\"}",
           "freshet_connections_total{outcome=\"invalid\"}",
           "freshet_connections_total{outcome=\"unauthorized\"}",
           "freshet_connections_total{outcome=\"forbidden\"}",
           "freshet_disconnects_total{reason=\"client\"}",
           "freshet_disconnects_total{reason=\"slow\"}",
           "freshet_disconnects_total{reason=\"drain\"}",
           "freshet_subscriptions",
           "freshet_events_received_total{kind=\"durable\"}",
           "freshet_events_received_total{kind=\"live\"}",
           "freshet_records_rejected_total{reason=\"malformed\"}",
           "freshet_records_rejected_total{reason=\"duplicate\"}",
           "freshet_events_sent_total",
           "freshet_bytes_sent_total",
           "freshet_replayed_events_total",
           "freshet_resumes_total{result=\"complete\"}",
           "freshet_resumes_total{result=\"history-lost\"}",
           "freshet_resets_total{reason=\"trimmed\"}",
           "freshet_ring_reads_total",
           "freshet_gaps_total",
           "freshet_buffered_bytes",
           "freshet_buffered_limit_bytes",
           "freshet_memory_limit_bytes",
           "freshet_log_bytes",
           "freshet_redis_up{connection=\"subscriber\"}",
           "freshet_redis_up{connection=\"command\"}",
           "freshet_redis_reconnects_total",
           "freshet_redis_memory_bytes",
           "freshet_redis_memory_limit_bytes",
           "freshet_redis_evicts",
           "freshet_probe_seconds",
           "freshet_probe_age_seconds",
           "freshet_auth_failures_total{reason=\"missing\"}",
           "freshet_auth_failures_total{reason=\"not_yet\"}",
           "freshet_shed_total{reason=\"connections\"}",
           "freshet_shed_total{reason=\"memory\"}",
           "freshet_loop_lag_seconds",
       }) {
    CAPTURE(name);
    REQUIRE(samples.count(name) == 1);
    CHECK(samples.at(name) == 0);
  }
  CHECK(samples.at("freshet_build_info{version=\"1.2.3\"}") == 1);
}

TEST_CASE("The metrics say what was counted") {
  Statistics server;
  server.streams = 3;
  server.outcomes["stream"] = 5;
  server.disconnects["unforeseen"] = 2;
  server.bytes_sent = 1'000'000'007;
  Counters hub;
  hub.durable_received = 11;
  hub.rejected["version"] = 4;
  hub.resumes["complete"] = 6;
  hub.last_probe = std::chrono::microseconds(1'500);
  Snapshot now;
  now.channels = 7;
  now.log_bytes = 4'096;
  now.subscriber_up = true;
  now.ready = true;
  now.connections_limit = 100;
  now.buffered_limit_bytes = 1'000;
  now.memory_limit_bytes = 10'000;
  now.probe_age_seconds = 0.5;
  now.redis_memory = {900, 1'000, "allkeys-lru", true};
  const Metrics metrics("1");
  const auto samples = parse(metrics.text(server, hub, now));
  CHECK(samples.at("freshet_connections") == 3);
  CHECK(samples.at("freshet_connections_total{outcome=\"stream\"}") == 5);
  CHECK(samples.at("freshet_disconnects_total{reason=\"unforeseen\"}") == 2);
  CHECK(samples.at("freshet_bytes_sent_total") == 1'000'000'007);
  CHECK(samples.at("freshet_events_received_total{kind=\"durable\"}") == 11);
  CHECK(samples.at("freshet_records_rejected_total{reason=\"version\"}") == 4);
  CHECK(samples.at("freshet_resumes_total{result=\"complete\"}") == 6);
  CHECK(samples.at("freshet_probe_seconds") == Approx(0.0015));
  CHECK(samples.at("freshet_subscriptions") == 7);
  CHECK(samples.at("freshet_log_bytes") == 4'096);
  CHECK(samples.at("freshet_redis_up{connection=\"subscriber\"}") == 1);
  CHECK(samples.at("freshet_redis_up{connection=\"command\"}") == 0);
  CHECK(samples.at("freshet_ready") == 1);
  CHECK(samples.at("freshet_connections_limit") == 100);
  CHECK(samples.at("freshet_buffered_limit_bytes") == 1'000);
  CHECK(samples.at("freshet_memory_limit_bytes") == 10'000);
  CHECK(samples.at("freshet_probe_age_seconds") == 0.5);
  CHECK(samples.at("freshet_redis_memory_bytes") == 900);
  CHECK(samples.at("freshet_redis_memory_limit_bytes") == 1'000);
  CHECK(samples.at("freshet_redis_evicts") == 1);
}

TEST_CASE("What the process takes has the names that every exporter gives it") {
  Snapshot now;
  now.process = {12.5, 1'700'000'000, 42, 1'024, 1'048'576, 4'194'304};
  const Metrics metrics("1");
  const auto samples = parse(metrics.text({}, {}, now));
  CHECK(samples.at("process_cpu_seconds_total") == 12.5);
  CHECK(samples.at("process_start_time_seconds") == 1'700'000'000);
  CHECK(samples.at("process_open_fds") == 42);
  CHECK(samples.at("process_max_fds") == 1'024);
  CHECK(samples.at("process_resident_memory_bytes") == 1'048'576);
  CHECK(samples.at("process_virtual_memory_bytes") == 4'194'304);
}

TEST_CASE("The way from publisher to socket is measured by the ids, and those ahead of the clock are left out") {
  Metrics metrics("1");
  metrics.observe_publish_to_write({1'000'000, 1'500'000, 2'000'001}, 2'000'000);
  const auto samples = parse(metrics.text({}, {}, {}));
  CHECK(samples.at("freshet_publish_to_write_seconds_count") == 2);
  CHECK(samples.at("freshet_publish_to_write_seconds_sum") == Approx(1.5));
  CHECK(samples.at("freshet_publish_to_write_seconds_bucket{le=\"0.25\"}") == 0);
  CHECK(samples.at("freshet_publish_to_write_seconds_bucket{le=\"0.5\"}") == 1);
  CHECK(samples.at("freshet_publish_to_write_seconds_bucket{le=\"1\"}") == 2);
  CHECK(samples.at("freshet_publish_to_write_seconds_bucket{le=\"+Inf\"}") == 2);
}

TEST_CASE("The fan-out of a turn is a histogram") {
  Metrics metrics("1");
  metrics.observe_fanout(0.003);
  metrics.observe_fanout(7);
  const auto samples = parse(metrics.text({}, {}, {}));
  CHECK(samples.at("freshet_fanout_seconds_count") == 2);
  CHECK(samples.at("freshet_fanout_seconds_bucket{le=\"0.0025\"}") == 0);
  CHECK(samples.at("freshet_fanout_seconds_bucket{le=\"0.005\"}") == 1);
  CHECK(samples.at("freshet_fanout_seconds_bucket{le=\"1\"}") == 1);
}
