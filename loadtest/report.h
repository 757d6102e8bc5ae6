#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "load_client.h"

namespace freshet::loadtest {

/// What a process has used, from /proc.
struct Usage {
  double cpu_seconds = 0;
  std::size_t resident_bytes = 0;
};

/// Zero for a pid of 0, or one that is gone.
Usage usage_of(int pid);

/// The latency below which `fraction` of all samples lie, in microseconds; 0 without samples. Reorders them.
std::uint32_t percentile(std::vector<std::uint32_t>& samples, double fraction);

/// The run as one line of JSON, and as a table for people.
struct Report {
  std::size_t readers = 0;
  std::size_t stalled = 0;
  std::uint64_t events = 0;
  std::uint64_t missing = 0;
  Usage used;
  std::size_t peak_resident_bytes = 0;

  [[nodiscard]] std::string json(Tally& tally) const;
  [[nodiscard]] std::string table(Tally& tally) const;
};

}  // namespace freshet::loadtest
