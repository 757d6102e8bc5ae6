#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "base/token_bucket.h"
#include "http/problem.h"
#include "server/conditions.h"
#include "server/gate.h"
#include "server/quotas.h"
#include "server/routes.h"
#include "server/settings.h"
#include "server/statistics.h"
#include "server/stream_request.h"

namespace freshet::server {

/// The public listener: `GET /events`. Who asks, what they may read, and whether there is room for them.
class PublicRoutes final : public Routes {
 public:
  PublicRoutes(base::Clock& clock, const Settings& settings, const Conditions& conditions, Statistics& statistics,
               Gate& gate, Quotas& quotas, Barred barred, std::uint64_t seed)
      : clock_(clock),
        settings_(settings),
        conditions_(conditions),
        statistics_(statistics),
        gate_(gate),
        quotas_(quotas),
        barred_(std::move(barred)),
        random_(seed) {}

  Answer handle(const http::Request& request, const uv::Peer& peer) override;
  /// Nobody sends one for a reason, but it must not hide what is wrong with the request itself.
  [[nodiscard]] std::size_t max_body_bytes() const override { return settings_.request_bytes; }
  /// A page whose origin is allowed may read why.
  [[nodiscard]] std::vector<http::Header> refusal_headers(const http::Request& request) const override;

  using Headers = std::vector<http::Header>;
  /// The answer when there is no room for one more stream, on whichever listener; counts it.
  std::optional<http::Response> turn_away(const Caller& caller, const Headers& headers);

 private:
  Answer events(const http::Request& request, const uv::Peer& peer, Headers headers);
  /// Whether everything that is wanted is open to anyone, so that credentials are not looked at.
  [[nodiscard]] bool is_open(const StreamRequest& wanted) const;
  /// Adds the caller's own channel and checks each one; the answer when something is not theirs.
  std::optional<http::Response> authorize(const std::optional<auth::Identity>& identity, StreamRequest& wanted,
                                          const Headers& headers);
  http::Response reject(const http::Request& request, const auth::Rejection& rejection, const Headers& headers);
  http::Response refuse(const http::Problem& problem, Headers headers, std::string_view challenge = {});
  /// Which limit leaves no room for this caller; none: there is room.
  [[nodiscard]] std::optional<Shed> full_limit(const Caller& caller);
  /// A 200 that ends at once: EventSource comes back from nothing else.
  http::Response come_back(std::chrono::milliseconds delay, std::string_view event, const Headers& headers);

  base::Clock& clock_;
  const Settings& settings_;
  const Conditions& conditions_;
  Statistics& statistics_;
  Gate& gate_;
  Quotas& quotas_;
  Barred barred_;
  base::Random random_;
  base::TokenBucket rate_;
};

}  // namespace freshet::server
