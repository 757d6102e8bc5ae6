#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace freshet::server {

/// What the server goes by. The application owns one and may change it at any time: what is said here holds for
/// whatever begins afterwards.
struct Settings {
  std::chrono::milliseconds heartbeat{15'000};
  std::chrono::milliseconds retry{3'000};  ///< jittered around this, so that clients do not return together
  std::size_t padding_bytes = 0;
  std::size_t write_buffer_bytes = std::size_t{64} << 10U;  ///< of each socket in the kernel
  std::size_t connections = 100'000;
  std::size_t channels_per_connection = 32;
  std::size_t buffer_per_connection_bytes = std::size_t{1} << 20U;
  std::size_t request_bytes = std::size_t{16} << 10U;
  std::chrono::milliseconds request_timeout{10'000};
  std::size_t max_event_bytes = std::size_t{256} << 10U;
  std::vector<std::string> public_channels;  ///< globs
  std::vector<std::string> cors_origins;     ///< exact, or the single entry `*`
  bool cors_credentials = true;
  std::vector<std::string> ops_hosts;  ///< names that a Host header may carry besides addresses and localhost
  bool dev = false;                    ///< every channel is readable
};

}  // namespace freshet::server
