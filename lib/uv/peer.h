#pragma once

#include <string>

struct sockaddr_storage;

namespace freshet::uv {

/// Who is at the other end of an accepted connection.
struct Peer {
  /// Over a unix socket; there is no address then.
  bool is_unix = false;
  /// IPv4 or IPv6 text without port; an IPv4-mapped IPv6 address is given as IPv4.
  std::string ip;

  friend bool operator==(const Peer&, const Peer&) = default;
};

/// From what accept or getpeername has filled in.
Peer peer_of(const sockaddr_storage& address);

}  // namespace freshet::uv
