#pragma once

#include <functional>
#include <string>

#include "broker/backplane.h"
#include "broker/hub.h"
#include "server/ops/access.h"
#include "server/ops/disconnect.h"
#include "server/routes.h"
#include "server/settings.h"

namespace freshet::server {

/// The operations listener: health, metrics, publishing, disconnecting, what is known of a
/// channel. Never the public one.
class OpsRoutes final : public Routes {
 public:
  /// What the application tells it.
  struct Sources {
    /// Empty when ready; otherwise why not.
    std::function<std::string()> trouble;
    std::function<std::string()> metrics;
    std::function<broker::Hub::ChannelView(std::string_view channel)> channel;
  };

  OpsRoutes(const Settings& settings, broker::Backplane& backplane, Revocations& revocations, OpsAccess& access,
            Sources sources)
      : settings_(settings),
        backplane_(backplane),
        revocations_(revocations),
        access_(access),
        sources_(std::move(sources)) {}

  Answer handle(const http::Request& request, const uv::Peer& peer) override;
  [[nodiscard]] std::size_t max_body_bytes() const override { return settings_.max_event_bytes; }

 private:
  Answer publish_event(const http::Request& request);
  Answer end_connections(const ConnectionsPath& path, const http::Request& request);
  [[nodiscard]] http::Response show_channel(const http::Request& request);
  [[nodiscard]] http::Response ready() const;

  const Settings& settings_;
  broker::Backplane& backplane_;
  Revocations& revocations_;
  OpsAccess& access_;
  Sources sources_;
};

}  // namespace freshet::server
