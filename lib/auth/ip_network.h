#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::auth {

/// An IPv4 or IPv6 address. An IPv4-mapped IPv6 address is the IPv4 one, so that a dual-stack listener changes nothing.
class IpAddress {
 public:
  /// `192.0.2.1` or `2001:db8::1`: no port, no brackets, no zone. None for anything else.
  static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] bool is_v4() const;
  /// The canonical spelling (RFC 5952), IPv4 as four numbers.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  friend IpAddress prefix64(const IpAddress& address);
  std::array<std::uint8_t, 16> bytes_{};  ///< as IPv6; IPv4 mapped into ::ffff:0:0/96
};

/// What limits should count by: an IPv6 address's /64 network, all of which one client may have (RFC 6177), as its
/// lowest address; an IPv4 address itself.
IpAddress prefix64(const IpAddress& address);

/// All addresses with a common prefix.
class IpNetwork {
 public:
  /// `10.0.0.0/8`, `2001:db8::/32`, or an address alone for itself. Bits beyond the prefix are an error, as they are
  /// most likely a typing mistake.
  static base::Result<IpNetwork> parse(std::string_view text);

  [[nodiscard]] bool contains(const IpAddress& address) const;
  /// As it is parsed, canonical.
  [[nodiscard]] std::string text() const;
  friend bool operator==(const IpNetwork&, const IpNetwork&) = default;

 private:
  IpNetwork(IpAddress address, unsigned bits) : address_(address), bits_(bits) {}

  IpAddress address_;
  unsigned bits_;  ///< of the 128: 96 more than written for IPv4
};

}  // namespace freshet::auth
