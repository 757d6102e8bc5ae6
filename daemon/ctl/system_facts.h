#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace freshet::ctl {

/// What the kernel is set to. None: it does not tell.
struct KernelFacts {
  std::optional<std::uint64_t> somaxconn;
  std::optional<std::uint64_t> wmem_max;
  std::optional<std::uint64_t> local_ports;  ///< how many
};
KernelFacts ask_kernel();

/// How many descriptors a process may open. None: there is no such process on this machine, or it is no freshetd.
std::optional<std::uint64_t> descriptor_limit(std::uint64_t pid);

}  // namespace freshet::ctl
