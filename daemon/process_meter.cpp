#include "process_meter.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sys/resource.h>
#include <sys/stat.h>

#include "memory_use.h"

namespace freshet {
namespace {

constexpr const char* kDescriptors = "/proc/self/fd";
/// Listing takes about a microsecond for each descriptor, and the loop waits.
constexpr std::size_t kFewConnections = 1000;

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// None where there is no descriptor left to list them with. The one that listing takes is not counted.
std::optional<std::size_t> list_fds() {
  std::error_code error;
  std::size_t count = 0;
  const std::filesystem::directory_iterator end;
  for (std::filesystem::directory_iterator entry(kDescriptors, error); entry != end; entry.increment(error)) ++count;
  if (error || count == 0) return std::nullopt;
  return count - 1;
}

}  // namespace

ProcessMeter::ProcessMeter() : started_(std::chrono::system_clock::now()) {}

server::ProcessUsage ProcessMeter::read(std::size_t connections) {
  server::ProcessUsage usage;
  usage.start_time_seconds = std::chrono::duration<double>(started_.time_since_epoch()).count();
  rusage times{};
  if (getrusage(RUSAGE_SELF, &times) == 0) usage.cpu_seconds = seconds(times.ru_utime) + seconds(times.ru_stime);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) usage.max_fds = limit.rlim_cur;
  const auto memory = memory_use();
  usage.virtual_bytes = memory.virtual_bytes;
  usage.resident_bytes = memory.resident_bytes;
  usage.open_fds = open_fds(connections);
  return usage;
}

std::size_t ProcessMeter::open_fds(std::size_t connections) {
  struct stat folder {};
  if (stat(kDescriptors, &folder) == 0 && folder.st_size > 0) return static_cast<std::size_t>(folder.st_size);
  if (connections <= kFewConnections) {
    if (const auto listed = list_fds()) other_fds_ = *listed - std::min(*listed, connections);
  }
  return other_fds_ + connections;
}

}  // namespace freshet
