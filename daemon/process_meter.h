#pragma once

#include <chrono>
#include <cstddef>

#include "server/metrics.h"

namespace freshet {

/// Tells what this process takes from its machine. Each answer costs a few system calls, however many descriptors are
/// open.
class ProcessMeter {
 public:
  ProcessMeter();

  /// `connections` are those open now: what a kernel before 6.2 would have to list one by one is reckoned from them.
  /// What the kernel does not tell is 0.
  [[nodiscard]] server::ProcessUsage read(std::size_t connections);

 private:
  [[nodiscard]] std::size_t open_fds(std::size_t connections);

  std::chrono::system_clock::time_point started_;
  std::size_t other_fds_ = 0;  ///< that are not connections, when they were last listed
};

}  // namespace freshet
