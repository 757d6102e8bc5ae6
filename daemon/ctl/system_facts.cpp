#include "ctl/system_facts.h"

#include <fstream>
#include <limits>
#include <sstream>

#include "base/text.h"

namespace freshet::ctl {
namespace {

std::string first_line(const std::string& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line;
}

std::optional<std::uint64_t> number_in(const std::string& file) {
  return base::parse_decimal(base::trim(first_line(file)));
}

}  // namespace

KernelFacts ask_kernel() {
  KernelFacts facts;
  facts.somaxconn = number_in("/proc/sys/net/core/somaxconn");
  facts.wmem_max = number_in("/proc/sys/net/core/wmem_max");
  std::istringstream range(first_line("/proc/sys/net/ipv4/ip_local_port_range"));
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  if (range >> low >> high && high >= low) facts.local_ports = high - low + 1;
  return facts;
}

std::optional<std::uint64_t> descriptor_limit(std::uint64_t pid) {
  const auto folder = "/proc/" + std::to_string(pid);
  if (first_line(folder + "/comm") != "freshetd") return std::nullopt;
  std::ifstream limits(folder + "/limits");
  constexpr std::string_view kTitle = "Max open files";
  for (std::string line; std::getline(limits, line);) {
    if (!line.starts_with(kTitle)) continue;
    std::istringstream columns(line.substr(kTitle.size()));
    std::string soft;
    columns >> soft;
    if (soft == "unlimited") return std::numeric_limits<std::uint64_t>::max();
    return base::parse_decimal(soft);
  }
  return std::nullopt;
}

}  // namespace freshet::ctl
