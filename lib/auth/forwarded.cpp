#include "auth/forwarded.h"

#include <algorithm>

#include "base/text.h"

namespace freshet::auth {
namespace {

bool is_port(std::string_view text) {
  const auto port = base::parse_decimal(text);
  return port && *port <= 65535;
}

/// The address of one entry, which may have a port.
std::optional<IpAddress> parse_entry(std::string_view entry) {
  entry = base::trim(entry);
  if (entry.starts_with('[')) {
    const auto end = entry.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto rest = entry.substr(end + 1);
    if (!rest.empty() && (!rest.starts_with(':') || !is_port(rest.substr(1)))) return std::nullopt;
    const auto inside = entry.substr(1, end - 1);
    return inside.find(':') == std::string_view::npos ? std::nullopt : IpAddress::parse(inside);
  }
  const auto colon = entry.find(':');
  const bool one_colon = colon != std::string_view::npos && entry.find(':', colon + 1) == std::string_view::npos;
  if (!one_colon) return IpAddress::parse(entry);
  return is_port(entry.substr(colon + 1)) ? IpAddress::parse(entry.substr(0, colon)) : std::nullopt;
}

}  // namespace

base::Result<TrustedProxies> TrustedProxies::parse(std::span<const std::string> entries) {
  TrustedProxies proxies;
  for (const auto& entry : entries) {
    if (entry == "unix") {
      proxies.unix_sockets_ = true;
      continue;
    }
    auto network = IpNetwork::parse(entry);
    if (!network) return tl::unexpected(network.error());
    proxies.networks_.push_back(*network);
  }
  return proxies;
}

bool TrustedProxies::trusts(const IpAddress& address) const {
  return std::any_of(networks_.begin(), networks_.end(),
                     [&](const IpNetwork& network) { return network.contains(address); });
}

bool TrustedProxies::trusts_peer(const std::optional<IpAddress>& peer) const {
  return peer ? trusts(*peer) : unix_sockets_;
}

std::optional<IpAddress> client_address(const std::optional<IpAddress>& peer,
                                        std::span<const std::string_view> forwarded_for,
                                        const TrustedProxies& proxies) {
  auto client = peer;
  if (!proxies.trusts_peer(peer)) return client;
  for (auto value = forwarded_for.rbegin(); value != forwarded_for.rend(); ++value) {
    const auto entries = base::split(*value, ',');
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      const auto address = parse_entry(*entry);
      if (!address) return client;
      client = address;
      if (!proxies.trusts(*address)) return client;
    }
  }
  return client;
}

}  // namespace freshet::auth
