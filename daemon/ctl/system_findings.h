#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/config.h"
#include "ctl/finding.h"
#include "ctl/system_facts.h"

namespace freshet::ctl {

/// What the kernel's settings mean for daemons with this configuration.
Findings judge_kernel(const KernelFacts& facts, const config::Config& config);
/// Whether the descriptors are enough for so many connections. `whose` is for people: `instance 1 (pid 4711)`.
Finding judge_descriptors(const std::string& whose, std::uint64_t limit, std::uint64_t connections);
/// No daemon's limit can be seen: that of this shell is another one.
Finding unseen_descriptors(std::uint64_t connections);

}  // namespace freshet::ctl
