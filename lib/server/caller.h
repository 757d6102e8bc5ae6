#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "auth/identity.h"
#include "auth/ip_network.h"

namespace freshet::server {

/// Whose stream it is.
struct Caller {
  std::string subject;                       ///< empty: nobody by name
  std::optional<auth::IpAddress> address;    ///< of the client, as trusted proxies tell it; none over a unix socket
  std::optional<std::int64_t> issued_at{};   ///< of the token, Unix seconds
  std::optional<std::int64_t> expires_at{};  ///< Unix seconds, leeway included
};

/// Whoever a token speaks for; their streams outlive it by `leeway`.
inline Caller caller_of(const auth::Identity& identity, std::chrono::seconds leeway) {
  Caller caller{identity.subject, {}, identity.issued_at, {}};
  if (identity.expires_at) caller.expires_at = *identity.expires_at + leeway.count();
  return caller;
}

}  // namespace freshet::server
