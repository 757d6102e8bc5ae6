#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "redis/memory.h"

namespace freshet::ctl {

/// A histogram's bucket: how many samples were at most so large. The last one's bound is infinite.
struct Bucket {
  double bound = 0;
  double count = 0;
};

/// What an instance says of itself at `/status`. Totals are since its start.
struct InstanceStatus {
  std::string instance;
  std::string version;
  std::uint64_t pid = 0;
  std::string started_at;
  double uptime_seconds = 0;
  std::string state;   ///< ready, waiting or draining
  std::string reason;  ///< why it is not ready; empty: it is
  std::uint64_t connections = 0;
  std::uint64_t connection_limit = 0;
  std::uint64_t subscriptions = 0;
  double events_received = 0;
  double events_sent = 0;
  std::vector<Bucket> publish_to_write;
  std::string backplane;  ///< redis or memory
  bool backplane_up = false;
  std::optional<double> probe_seconds;  ///< none: no probe has come back yet
  redis::Memory redis_memory;           ///< zeros: not known, or no Redis
};

/// From the JSON of `/status`. What is not there counts as zero; the error says why it is no such object.
base::Result<InstanceStatus> parse_status(std::string_view json);

}  // namespace freshet::ctl
