#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::config {

/// Whether text for people may hold passwords.
enum class Secrets { kShown, kHidden };

/// Where Redis is and as whom to log in, out of `redis://[user[:password]@]host[:port][/db]`, the same with `rediss://`
/// for TLS, or `unix:///path[?db=N]`. Everything is percent-decoded.
struct RedisUrl {
  /// A name or an address, IPv6 without brackets; empty for a unix socket.
  std::string host = "127.0.0.1";
  std::uint16_t port = 6379;
  /// Never with a unix socket.
  bool tls = false;
  /// Absolute; empty for TCP.
  std::string unix_path;
  std::string username;
  std::string password;
  std::uint32_t database = 0;

  [[nodiscard]] bool is_unix() const { return !unix_path.empty(); }
  friend bool operator==(const RedisUrl&, const RedisUrl&) = default;
};

/// Its errors never quote the URL, since any part of a mistyped one may be a password.
base::Result<RedisUrl> parse_redis_url(std::string_view text);
/// The spelling that parse_redis_url reads; with Secrets::kHidden a password becomes `***`.
std::string to_string(const RedisUrl& url, Secrets secrets);

}  // namespace freshet::config
