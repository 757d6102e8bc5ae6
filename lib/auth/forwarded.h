#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/ip_network.h"

namespace freshet::auth {

/// `auth.trusted_proxies`: whose word on users and client addresses counts.
class TrustedProxies {
 public:
  /// Nobody.
  TrustedProxies() = default;
  /// From CIDRs, addresses and the word `unix` (whoever may open our unix sockets). The error quotes the bad entry.
  static base::Result<TrustedProxies> parse(std::span<const std::string> entries);

  [[nodiscard]] bool trusts(const IpAddress& address) const;
  /// Whether a connection's other end is trusted; `peer` is none for a unix socket.
  [[nodiscard]] bool trusts_peer(const std::optional<IpAddress>& peer) const;

 private:
  std::vector<IpNetwork> networks_;
  bool unix_sockets_ = false;
};

/// The client's address: `peer` itself (none for a unix socket) unless it is a trusted proxy, then the rightmost
/// address in the X-Forwarded-For headers that is none. `forwarded_for` are the headers' values in the order in which
/// they came. Entries may carry a port (`192.0.2.1:123`, `[2001:db8::1]:123`). At an entry that is no address, the walk
/// ends at the last trusted hop, since whatever stands farther left may be forged; if all are trusted, it is the
/// leftmost. None: a unix socket whose proxy names no address.
std::optional<IpAddress> client_address(const std::optional<IpAddress>& peer,
                                        std::span<const std::string_view> forwarded_for, const TrustedProxies& proxies);

}  // namespace freshet::auth
