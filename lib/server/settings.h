#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "auth/forwarded.h"
#include "auth/policy.h"

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
  auth::Policy policy;  ///< which channels are open to whom
  std::string token_cookie = "freshet_token";
  std::string trusted_header;  ///< names the user, from trusted proxies only; empty: none
  std::string trusted_channels_header;
  auth::TrustedProxies trusted_proxies;
  std::chrono::seconds leeway{5};  ///< how long a stream outlives its token
  bool retry_expired = true;       ///< a merely expired token is answered so that EventSource comes back
  std::chrono::milliseconds expired_retry{30'000};
  std::chrono::seconds expiring_notice{10};  ///< how long before its end a stream is told; 0: never
  std::size_t connections_per_user = 0;      ///< this and the next two: 0 is no limit
  std::size_t connections_per_address = 0;
  std::size_t connection_rate = 0;  ///< new streams a second
  std::size_t connection_burst = 1000;
  std::size_t buffer_total_bytes = std::size_t{256} << 20U;  ///< waiting for all clients that do not take it
  std::vector<std::string> cors_origins;                     ///< exact, or the single entry `*`
  bool cors_credentials = true;
  std::vector<std::string> ops_hosts;  ///< names that a Host header may carry besides addresses and localhost
  bool dev = false;                    ///< every channel is readable
};

}  // namespace freshet::server
