#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::uv {

/// Where to listen or to connect to: a TCP host and port, or the path of a unix socket.
struct Address {
  enum class Kind { kTcp, kUnix };

  Kind kind = Kind::kTcp;
  /// An IPv4 or IPv6 address without brackets; for connecting it may be a name. Empty for unix.
  std::string host;
  std::uint16_t port = 0;
  /// Absolute, at most 107 bytes. Empty for TCP.
  std::string path;

  [[nodiscard]] static Address tcp(std::string host, std::uint16_t port);
  [[nodiscard]] static Address unix_socket(std::string path);
  /// As it is parsed: `127.0.0.1:8080`, `[::1]:8080`, `unix:/path`.
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Address&, const Address&) = default;
};

/// `redis.example:6379`, `127.0.0.1:6379`, `[::1]:6379` or `unix:/path`. Errors say what is wrong and quote the text.
base::Result<Address> parse_connect_address(std::string_view text);

/// Whether only this machine reaches it over TCP: 127.0.0.0/8 or ::1, also as an IPv4-mapped IPv6 address. False for
/// unix sockets, whose reach is their file mode's, and for names.
bool is_loopback(const Address& address);

}  // namespace freshet::uv
