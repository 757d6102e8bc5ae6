#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/socket.h>

#include "uv/address.h"

namespace freshet::uv {

/// An address in the kernel's form. Private to this room.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = sizeof(sockaddr_storage);

  /// None when the host is a name.
  static std::optional<SocketAddress> from(const Address& address);
  /// Where a socket is bound to.
  static SocketAddress local_of(int fd);

  [[nodiscard]] int family() const { return storage.ss_family; }
  [[nodiscard]] sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
  [[nodiscard]] const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&storage); }
  /// For IPv4 and IPv6.
  void set_port(std::uint16_t port);
  /// Back to words; the path of an abstract unix socket begins with `@`.
  [[nodiscard]] Address address() const;
};

}  // namespace freshet::uv
