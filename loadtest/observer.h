#pragma once

#include <cstdint>
#include <ctime>
#include <vector>

#include "base/error.h"

namespace freshet::loadtest {

/// CPU time used since the processes began.
struct CpuTime {
  double total_s = 0;  ///< exact
  double user_s = 0;   ///< the kernel counts these two in ticks of 10 ms
  double system_s = 0;

  friend CpuTime operator-(const CpuTime& a, const CpuTime& b) {
    return {a.total_s - b.total_s, a.user_s - b.user_s, a.system_s - b.system_s};
  }
};

struct Memory {
  double pss_bytes = 0;  ///< pages shared with other processes count in part
  double rss_bytes = 0;
  /// Pages that it alone has and has written to. The clean ones are a file's: there once, however many use them.
  double written_bytes = 0;
};

/// Memory of the kernel, of the whole machine.
struct KernelMemory {
  double slab_bytes = 0;
  double socket_bytes = 0;  ///< buffers of TCP
};

/// Watches processes of the server through /proc. Sums over all of them; nothing without processes.
class Observer {
 public:
  /// An error when one of them does not exist or cannot be read.
  static base::Result<Observer> of(const std::vector<int>& pids);

  [[nodiscard]] bool has_processes() const { return !processes_.empty(); }
  [[nodiscard]] CpuTime cpu() const;
  [[nodiscard]] Memory memory() const;
  [[nodiscard]] static KernelMemory kernel();

  /// Looks at what may peak between two measurements.
  void sample();
  [[nodiscard]] double peak_rss_bytes() const { return peak_rss_bytes_; }
  [[nodiscard]] double peak_socket_bytes() const { return peak_socket_bytes_; }

 private:
  struct Process {
    int pid = 0;
    clockid_t clock = 0;
  };

  std::vector<Process> processes_;
  double peak_rss_bytes_ = 0;
  double peak_socket_bytes_ = 0;
};

}  // namespace freshet::loadtest
