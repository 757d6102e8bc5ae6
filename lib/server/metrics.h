#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/counters.h"
#include "broker/record.h"
#include "server/statistics.h"

namespace freshet::server {

/// What the process takes from its machine.
struct ProcessUsage {
  double cpu_seconds = 0;         ///< user and system time, since the start
  double start_time_seconds = 0;  ///< since the Unix epoch
  std::size_t open_fds = 0;
  std::size_t max_fds = 0;  ///< the soft limit
  std::size_t resident_bytes = 0;
  std::size_t virtual_bytes = 0;
};

/// How full the Redis behind the backplane is.
struct RedisMemory {
  std::uint64_t used_bytes = 0;
  std::uint64_t limit_bytes = 0;  ///< maxmemory; 0: none
  std::string eviction_policy;
  bool evicts = false;  ///< whether it takes histories away to make room
};

/// What is true only at the moment of a scrape.
struct Snapshot {
  bool ready = false;
  std::size_t channels = 0;
  std::size_t buffered_bytes = 0;
  std::size_t log_bytes = 0;
  bool subscriber_up = false;
  bool command_up = false;
  std::uint64_t redis_reconnects = 0;
  std::optional<RedisMemory> redis_memory;  ///< none: not known, or no Redis
  double probe_age_seconds = 0;
  double loop_lag_seconds = 0;
  std::size_t connections_limit = 0;
  std::size_t buffered_limit_bytes = 0;
  std::size_t memory_limit_bytes = 0;  ///< 0: none
  ProcessUsage process;
};

/// The metrics in Prometheus' text format. Plain counters are kept where the work is done and read here; only what has
/// a distribution is observed as it happens.
class Metrics {
 public:
  explicit Metrics(std::string version);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// Events of these ids have been written at `wall_us`. Ids that run ahead of the clock say nothing of the way.
  void observe_publish_to_write(const std::vector<broker::Id>& ids, std::int64_t wall_us);
  /// Writing out one turn's events took so long.
  void observe_fanout(double seconds);

  /// From the publisher to the socket, so far.
  struct Latency {
    std::uint64_t count = 0;
    double sum_seconds = 0;
    /// How many took at most so many seconds, for each bound; those beyond the last one are in `count` only.
    std::vector<std::pair<double, std::uint64_t>> buckets;
  };
  [[nodiscard]] Latency publish_to_write() const;
  [[nodiscard]] std::string text(const Statistics& server, const broker::Counters& hub, const Snapshot& now) const;

 private:
  struct Histograms;
  std::string version_;
  std::unique_ptr<Histograms> histograms_;
};

}  // namespace freshet::server
