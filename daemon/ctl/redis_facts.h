#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ctl/redis_session.h"
#include "ctl/rights.h"
#include "redis/memory.h"

namespace freshet::ctl {

/// What Redis says of itself.
struct RedisFacts {
  using Fields = std::map<std::string, std::string, std::less<>>;

  Fields info;                                     ///< of all sections that matter
  std::optional<redis::Memory> memory;             ///< none: Redis does not tell
  std::optional<Fields> settings;                  ///< of CONFIG GET; none: not allowed
  std::string settings_refusal;                    ///< why not
  std::optional<std::int64_t> functions;           ///< the library's version
  std::string functions_refusal;                   ///< why that is not known
  std::optional<Fields> clock;                     ///< of the hash; without the fields that nobody has written
  std::optional<std::chrono::microseconds> ahead;  ///< of this machine's time
  std::chrono::microseconds round_trip{0};
  std::vector<RefusedRight> refused;
};

/// Asks for all of it. `admin`, if there is one, is asked for what the daemons' user may not know. An error is the end
/// of the session.
base::Result<RedisFacts> ask_facts(RedisSession& session, RedisSession* admin, RightsToTry wanted);

}  // namespace freshet::ctl
