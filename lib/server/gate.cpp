#include "server/gate.h"

#include <vector>

#include "auth/credentials.h"
#include "auth/forwarded.h"
#include "base/text.h"

namespace freshet::server {
namespace {

std::optional<auth::IpAddress> address_of(const uv::Peer& peer) {
  return peer.is_unix ? std::nullopt : auth::IpAddress::parse(peer.ip);
}

/// The value of a header that a proxy sets. One that comes twice is partly somebody else's: whose is not to be told.
tl::expected<const std::string*, auth::Rejection> only(const http::Request& request, const std::string& name) {
  const std::string* value = nullptr;
  for (const auto& header : request.headers) {
    if (!base::equals_ignoring_case(header.name, name)) continue;
    if (value != nullptr) {
      return tl::unexpected(auth::Rejection{auth::Rejection::Reason::kClaims, "the header " + name + " comes twice"});
    }
    value = &header.value;
  }
  return value;
}

/// The token to judge; the first one present decides, and a bad one is not rescued by the next.
std::optional<std::string_view> token_of(const http::Request& request, const std::string& cookie,
                                         std::string_view query_token) {
  if (const auto* header = request.header("Authorization"); header != nullptr) {
    if (const auto token = auth::bearer(*header)) return token;
  }
  for (const auto& header : request.headers) {
    if (!base::equals_ignoring_case(header.name, "Cookie")) continue;
    if (const auto token = auth::cookie(header.value, cookie)) return token;
  }
  if (!query_token.empty()) return query_token;
  return std::nullopt;
}

}  // namespace

bool Gate::trusts(const uv::Peer& peer) const { return settings_.trusted_proxies.trusts_peer(address_of(peer)); }

Gate::Identification Gate::identify(const http::Request& request, const uv::Peer& peer, std::string_view query_token) {
  if (!settings_.trusted_header.empty() && trusts(peer)) {
    const auto user = only(request, settings_.trusted_header);
    if (!user) return tl::unexpected(user.error());
    if (*user != nullptr && !(*user)->empty()) {
      const auto channels = only(request, settings_.trusted_channels_header);
      if (!channels) return tl::unexpected(channels.error());
      auto identity = auth::identity_from_headers(**user, *channels == nullptr ? std::string_view() : **channels);
      if (identity) return std::optional(std::move(*identity));
      return tl::unexpected(auth::Rejection{auth::Rejection::Reason::kClaims, identity.error().message});
    }
  }
  const auto token = token_of(request, settings_.token_cookie, query_token);
  if (!token) return std::optional<auth::Identity>();
  auto identity = verify(*token);
  if (!identity) return tl::unexpected(identity.error());
  return std::optional(std::move(*identity));
}

tl::expected<auth::Identity, auth::Rejection> Gate::verify(std::string_view token) {
  auto identity = verifier_.verify(token, now_s());
  if (!identity && identity.error().wanted_key) identity.error().for_now = key_missing_(*identity.error().wanted_key);
  return identity;
}

std::optional<auth::IpAddress> Gate::client_address(const http::Request& request, const uv::Peer& peer) const {
  std::vector<std::string_view> forwarded;
  for (const auto& header : request.headers) {
    if (base::equals_ignoring_case(header.name, "X-Forwarded-For")) forwarded.emplace_back(header.value);
  }
  return auth::client_address(address_of(peer), forwarded, settings_.trusted_proxies);
}

}  // namespace freshet::server
