#pragma once

#include <cstdint>
#include <string>

#include "ctl/output.h"
#include "ctl/settings.h"

namespace freshet::ctl {

struct RingOptions {
  std::string channel;
  std::uint64_t limit = 20;  ///< the newest so many; 0: all
};

/// Prints what the ring of a channel holds in Redis.
int show_ring(const RingOptions& options, const CommonOptions& common, const Output& output);

}  // namespace freshet::ctl
