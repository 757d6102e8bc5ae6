#pragma once

#include <array>
#include <string_view>

namespace freshet::server {

/// Why a client is sent away to come again.
enum class Shed {
  kConnections,
  kConnectionsPerUser,
  kConnectionsPerAddress,
  kConnectionRate,
  kMemory,
  kDraining,
  kDescriptors,
  kKeys,
};

inline constexpr std::array kAllSheds{
    Shed::kConnections, Shed::kConnectionsPerUser, Shed::kConnectionsPerAddress, Shed::kConnectionRate,
    Shed::kMemory,      Shed::kDraining,           Shed::kDescriptors,           Shed::kKeys,
};

/// As the metrics and the status name it.
std::string_view to_string(Shed reason);

}  // namespace freshet::server
