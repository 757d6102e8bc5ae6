#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "auth/identity.h"
#include "auth/ip_network.h"
#include "auth/rejection.h"
#include "auth/verifier.h"
#include "base/clock.h"
#include "http/request.h"
#include "server/settings.h"
#include "uv/peer.h"

namespace freshet::server {

/// Whether a disconnect bars this identity for a time.
using Barred = std::function<bool(const auth::Identity& identity)>;

/// Tells who a request comes from. Owned by the application; verifier, settings and clock outlive it.
class Gate {
 public:
  /// Nobody, somebody, or somebody whose credentials are bad: never taken for nobody.
  using Identification = tl::expected<std::optional<auth::Identity>, auth::Rejection>;

  /// Hears of the `kid` of a token that no key verifies (empty: it names none), and says whether keys are still to come
  /// that may.
  using KeyMissing = std::function<bool(const std::string& kid)>;

  Gate(const Settings& settings, auth::Verifier& verifier, base::Clock& clock, KeyMissing key_missing)
      : settings_(settings), verifier_(verifier), clock_(clock), key_missing_(std::move(key_missing)) {}

  /// A trusted proxy's headers, then the first token present of Authorization, cookie and `query_token`.
  Identification identify(const http::Request& request, const uv::Peer& peer, std::string_view query_token);
  /// The identity that this token speaks for.
  tl::expected<auth::Identity, auth::Rejection> verify(std::string_view token);
  /// The client's address, as trusted proxies tell it; none over a unix socket without one.
  [[nodiscard]] std::optional<auth::IpAddress> client_address(const http::Request& request, const uv::Peer& peer) const;
  [[nodiscard]] std::int64_t now_s() const { return clock_.wall_s(); }

 private:
  [[nodiscard]] bool trusts(const uv::Peer& peer) const;

  const Settings& settings_;
  auth::Verifier& verifier_;
  base::Clock& clock_;
  KeyMissing key_missing_;
};

}  // namespace freshet::server
