#pragma once

#include <cstdint>
#include <string>

#include "redis/reply.h"

namespace freshet::redis {

/// What the other end of a connection must be.
enum class Role : std::uint8_t { kPrimary, kSentinel };

/// What is wrong with a server that answered ROLE so: `is a replica of 10.0.0.1:6379, not the primary`. Empty: nothing.
std::string role_mismatch(Role wanted, Value answer);

}  // namespace freshet::redis
