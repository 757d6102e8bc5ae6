#include "server/shed.h"

namespace freshet::server {

std::string_view to_string(Shed reason) {
  switch (reason) {
    case Shed::kConnections:
      return "connections";
    case Shed::kConnectionsPerUser:
      return "connections_per_user";
    case Shed::kConnectionsPerAddress:
      return "connections_per_address";
    case Shed::kConnectionRate:
      return "connection_rate";
    case Shed::kMemory:
      return "memory";
    case Shed::kDraining:
      return "draining";
    case Shed::kDescriptors:
      return "descriptors";
    case Shed::kKeys:
      return "keys";
  }
  return "";
}

}  // namespace freshet::server
