#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "loadtest/histogram.h"
#include "loadtest/observer.h"

namespace freshet::loadtest {

/// What a run has measured. loadtest/README.md says what each figure means.
struct Outcome {
  struct Faults {
    std::uint64_t missing = 0;
    std::uint64_t repeated = 0;
    std::uint64_t out_of_order = 0;
    std::uint64_t disconnects = 0;
    std::uint64_t resets = 0;
    std::uint64_t refused = 0;
  };

  /// Something that all clients do, from its beginning to its end.
  struct Phase {
    double seconds = 0;
    CpuTime cpu;  ///< of the server
  };

  Faults faults;
  std::uint64_t published = 0;
  std::uint64_t delivered = 0;
  Phase measured;
  Phase connecting;
  std::optional<Phase> storm;
  std::vector<double> bursts_s;
  Histogram latency;
  Histogram late;
  Histogram connect_latency;
  Histogram caught_up;
  Memory before;
  Memory connected;
  Memory after;
  double peak_rss_bytes = 0;
  KernelMemory kernel_before;
  KernelMemory kernel_connected;
  double peak_socket_bytes = 0;
  double client_cpu_s = 0;
  double publisher_cpu_s = 0;

  /// Nothing was lost, repeated or out of order.
  [[nodiscard]] bool is_right() const {
    return faults.missing == 0 && faults.repeated == 0 && faults.out_of_order == 0;
  }
};

}  // namespace freshet::loadtest
