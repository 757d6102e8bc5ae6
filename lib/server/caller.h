#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "auth/ip_network.h"

namespace freshet::server {

/// Whose stream it is.
struct Caller {
  std::string subject;                       ///< empty: nobody by name
  std::optional<auth::IpAddress> address;    ///< of the client, as trusted proxies tell it; none over a unix socket
  std::optional<std::int64_t> issued_at{};   ///< of the token, Unix seconds
  std::optional<std::int64_t> expires_at{};  ///< Unix seconds, leeway included
};

}  // namespace freshet::server
