#pragma once

#include <cstdint>

#include "config/config.h"
#include "ctl/finding.h"
#include "ctl/redis_facts.h"

namespace freshet::ctl {

/// What is to be said of a Redis that daemons with this configuration use. `library` is the version of the function
/// library that they bring along.
Findings judge_redis(const RedisFacts& facts, const config::Backplane& backplane, std::uint64_t library);

}  // namespace freshet::ctl
