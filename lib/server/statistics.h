#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "server/shed.h"

namespace freshet::server {

/// What the server has done so far, for the metrics.
struct Statistics {
  std::uint64_t streams = 0;                                      ///< open now
  std::map<std::string, std::uint64_t, std::less<>> outcomes;     ///< of requests for a stream
  std::map<std::string, std::uint64_t, std::less<>> disconnects;  ///< of streams, by reason
  std::map<Shed, std::uint64_t> shed;                             ///< clients sent away to come again
  std::map<std::string, std::uint64_t, std::less<>> auth_failures;
  std::map<std::string, std::uint64_t, std::less<>>
      control_messages;  ///< heard from other instances, by what became of them
  std::uint64_t events_sent = 0;
  std::uint64_t bytes_sent = 0;
};

}  // namespace freshet::server
