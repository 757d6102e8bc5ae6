#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::config {

/// In a unix socket's path or a port: where the name of the instance goes.
inline constexpr std::string_view kInstancePlaceholder = "{instance}";

/// Where a listener stands: an IP address and port, or a unix socket. Host names are not accepted, so that what is
/// bound never depends on a resolver.
struct Address {
  /// An address in its canonical spelling, IPv6 without brackets; empty for a unix socket.
  std::string host;
  /// 0: the kernel chooses.
  std::uint16_t port = 0;
  /// Digits around `{instance}`, until resolve_instance makes the port of it; empty otherwise.
  std::string port_pattern{};
  /// Absolute; may still hold `{instance}` (see resolve_instance). Empty for TCP.
  std::string unix_path;

  [[nodiscard]] bool is_unix() const { return !unix_path.empty(); }
  /// Whether only this machine can reach it: 127/8, ::1 or a unix socket.
  [[nodiscard]] bool is_loopback() const;
  friend bool operator==(const Address&, const Address&) = default;
};

/// `127.0.0.1:8080`, `[::1]:8080`, `127.0.0.1:808{instance}` or `unix:/path`.
base::Result<Address> parse_address(std::string_view text);
/// The spelling that parse_address reads.
std::string to_string(const Address& address);
/// Whether `text` is an IPv4 or (without brackets) an IPv6 address.
bool is_ip_address(std::string_view text);

}  // namespace freshet::config
