#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/clock.h"
#include "broker/counters.h"
#include "server/metrics.h"
#include "server/statistics.h"

namespace freshet::server {

/// What `GET /status` is made from: all that a process says of itself at one moment, except what it counts.
struct StatusFacts {
  std::string instance{};
  std::string version{};
  std::string backplane{};         ///< redis or memory
  std::int64_t started_at_us = 0;  ///< on the wall's clock
  base::Duration uptime{};
  bool draining = false;
  std::string trouble;  ///< why it is not ready; empty: it is
  std::uint64_t history_events = 0;
  std::chrono::microseconds history_ttl{};
  std::uint64_t max_event_bytes = 0;
  Snapshot now;
  Metrics::Latency publish_to_write;
};

/// One line of JSON, without the newline. Totals are since the start: readers make rates from two of them. What is not
/// UTF-8 becomes U+FFFD.
std::string status_json(const StatusFacts& facts, const Statistics& server, const broker::Counters& hub);

}  // namespace freshet::server
