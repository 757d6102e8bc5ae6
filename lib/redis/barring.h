#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "broker/control_bus.h"
#include "redis/reply.h"

namespace freshet::redis {

/// Where control messages travel, behind the prefix.
inline constexpr std::string_view kControlName = "!control";

/// `FCALL freshet_bar 0 <user> <seconds> …`. Nothing is checked here: the function says what is wrong.
std::vector<std::string> bar_command(broker::ControlBus::BarRequest bar, const std::string& prefix);
/// What the function has replied for `user`: `<issued before>:<until>`.
base::Result<broker::Bar> stored_bar(std::string user, Value reply);
/// What HGETALL has replied; fields that are no bars are left out.
base::Result<std::vector<broker::Bar>> read_bars(Value reply);

}  // namespace freshet::redis
