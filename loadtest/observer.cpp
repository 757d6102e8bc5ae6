#include "loadtest/observer.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <unistd.h>

namespace freshet::loadtest {
namespace {

constexpr double kKiB = 1024;

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string proc(int pid, const char* file) { return "/proc/" + std::to_string(pid) + "/" + file; }

double page_bytes() { return static_cast<double>(::sysconf(_SC_PAGESIZE)); }

/// The number after `name`; 0 without it.
double number_after(const std::string& text, std::string_view name) {
  const auto at = text.find(name);
  if (at == std::string::npos) return 0;
  double value = 0;
  std::istringstream(text.substr(at + name.size(), 40)) >> value;
  return value;
}

}  // namespace

base::Result<Observer> Observer::of(const std::vector<int>& pids) {
  Observer observer;
  for (const int pid : pids) {
    Process process{pid, 0};
    if (::clock_getcpuclockid(pid, &process.clock) != 0) return base::fail("no process " + std::to_string(pid));
    if (contents(proc(pid, "smaps_rollup")).empty()) return base::fail("cannot read " + proc(pid, "smaps_rollup"));
    observer.processes_.push_back(process);
  }
  return observer;
}

CpuTime Observer::cpu() const {
  CpuTime sum;
  const auto tick_s = 1 / static_cast<double>(::sysconf(_SC_CLK_TCK));
  for (const auto& process : processes_) {
    timespec used{};
    if (::clock_gettime(process.clock, &used) == 0)
      sum.total_s += static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
    const auto text = contents(proc(process.pid, "stat"));
    const auto name_end = text.rfind(')');
    if (name_end == std::string::npos) continue;
    std::istringstream fields(text.substr(name_end + 1));
    constexpr int kBeforeUserTime = 11;  // proc(5): the state is field 3, utime 14, stime 15
    std::string skipped;
    for (int i = 0; i < kBeforeUserTime; ++i) fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    sum.user_s += user * tick_s;
    sum.system_s += system * tick_s;
  }
  return sum;
}

Memory Observer::memory() const {
  Memory sum;
  for (const auto& process : processes_) {
    const auto text = contents(proc(process.pid, "smaps_rollup"));
    sum.pss_bytes += number_after(text, "\nPss:") * kKiB;
    sum.rss_bytes += number_after(text, "\nRss:") * kKiB;
    sum.written_bytes += number_after(text, "\nPrivate_Dirty:") * kKiB;
  }
  return sum;
}

KernelMemory Observer::kernel() {
  const auto sockets = contents("/proc/net/sockstat");
  const auto tcp = sockets.find("TCP:");
  return {number_after(contents("/proc/meminfo"), "\nSlab:") * kKiB,
          tcp == std::string::npos ? 0 : number_after(sockets.substr(tcp), " mem") * page_bytes()};
}

void Observer::sample() {
  double rss = 0;
  for (const auto& process : processes_) {
    double pages = 0;
    std::istringstream(contents(proc(process.pid, "statm"))) >> pages >> pages;
    rss += pages * page_bytes();
  }
  peak_rss_bytes_ = std::max(peak_rss_bytes_, rss);
  peak_socket_bytes_ = std::max(peak_socket_bytes_, kernel().socket_bytes);
}

}  // namespace freshet::loadtest
