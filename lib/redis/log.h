#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace freshet::redis {

enum class Level : std::uint8_t { kInfo, kWarn, kError };

/// Where this room writes its log: one line at each change of state, never a password.
using Log = std::function<void(Level, std::string)>;

}  // namespace freshet::redis
