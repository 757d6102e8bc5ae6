#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ctl/redis_session.h"

namespace freshet::ctl {

/// What the daemons' user may not do.
struct RefusedRight {
  std::string right;    ///< as in an ACL: `+hmget`
  std::string reply;    ///< what Redis said
  bool needed = true;   ///< false: something goes without it
  std::string without;  ///< what then does not work
};

/// What is tried depends on these.
struct RightsToTry {
  std::string prefix;
  bool loads_functions = true;
  bool has_functions = true;  ///< without the library the calls of its functions prove nothing
  bool has_sentinels = false;
};

/// Tries every command that a daemon sends, in a way that changes nothing: on keys that do not exist, with arguments
/// that are refused after the rights were looked at, and, where a command cannot but write, on a key of its own that is
/// expired at once. An error is the end of the session.
base::Result<std::vector<RefusedRight>> try_rights(RedisSession& session, const RightsToTry& wanted);

}  // namespace freshet::ctl
