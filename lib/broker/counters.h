#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "base/clock.h"

namespace freshet::broker {

/// What the hub has done so far, for the metrics. Only ever rises.
struct Counters {
  std::uint64_t durable_received = 0;
  std::uint64_t live_received = 0;
  std::map<std::string, std::uint64_t, std::less<>> rejected;  ///< records, by reason
  std::map<std::string, std::uint64_t, std::less<>>
      resumes;  ///< openings, by result: fresh, complete, earliest, a reset's reason
  std::map<std::string, std::uint64_t, std::less<>> resets;  ///< in mid-stream, by reason
  std::uint64_t replayed = 0;
  std::uint64_t gaps = 0;
  std::uint64_t fences = 0;
  std::uint64_t ring_reads = 0;
  std::uint64_t answered_from_log = 0;  ///< resumes that needed no ring read
  base::Duration last_probe{};          ///< how long the latest mark took from here through the backplane and back
};

}  // namespace freshet::broker
