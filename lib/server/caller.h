#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace freshet::server {

/// Whose stream it is.
struct Caller {
  std::string subject;                     ///< empty: nobody by name
  std::string address;                     ///< of the client, as trusted proxies tell it; empty over a unix socket
  std::optional<std::int64_t> issued_at;   ///< of the token, Unix seconds
  std::optional<std::int64_t> expires_at;  ///< Unix seconds, leeway included
};

}  // namespace freshet::server
