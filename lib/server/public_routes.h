#pragma once

#include "base/error.h"
#include "base/random.h"
#include "http/problem.h"
#include "server/routes.h"
#include "server/settings.h"
#include "server/statistics.h"

namespace freshet::server {

/// The public listener: `GET /events`.
class PublicRoutes final : public Routes {
 public:
  PublicRoutes(const Settings& settings, Statistics& statistics, std::uint64_t seed)
      : settings_(settings), statistics_(statistics), random_(seed) {}

  Answer handle(const http::Request& request, const uv::Peer& peer) override;
  [[nodiscard]] std::size_t max_body_bytes() const override { return 0; }

 private:
  Answer events(const http::Request& request, std::vector<http::Header> headers);
  /// The stream that the query and the headers ask for, or what is wrong with them.
  [[nodiscard]] tl::expected<OpenStream, http::Problem> read(const http::Request& request) const;
  [[nodiscard]] bool may_read(const std::string& channel) const;
  /// A 200 that ends at once: EventSource comes back from nothing else.
  http::Response shed(const std::string& reason, std::vector<http::Header> headers);

  const Settings& settings_;
  Statistics& statistics_;
  base::Random random_;
};

}  // namespace freshet::server
