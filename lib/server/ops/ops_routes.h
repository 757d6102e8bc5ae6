#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "broker/backplane.h"
#include "broker/hub.h"
#include "server/ops/access.h"
#include "server/ops/disconnect.h"
#include "server/ops/status_feed.h"
#include "server/routes.h"
#include "server/settings.h"

namespace freshet::server {

/// The operations listener: health, metrics, status, the console, publishing, disconnecting, what is known of a channel
/// and its events. Never the public one.
class OpsRoutes final : public Routes {
 public:
  /// What the application tells it.
  struct Sources {
    /// Empty when ready; otherwise why not.
    std::function<std::string()> trouble;
    std::function<std::string()> metrics;
    std::function<broker::Hub::ChannelView(std::string_view channel)> channel;
    /// One line of JSON.
    std::function<std::string()> status;
    /// The largest event that the dataset takes.
    std::function<std::size_t()> max_event_bytes;
    /// The answer when there is no room for one more stream.
    std::function<std::optional<http::Response>(const Caller& caller, const std::vector<http::Header>& headers)>
        turned_away;
  };

  OpsRoutes(base::Clock& clock, const Settings& settings, broker::Backplane& backplane, Revocations& revocations,
            OpsAccess& access, Sources sources)
      : settings_(settings),
        backplane_(backplane),
        revocations_(revocations),
        access_(access),
        sources_(std::move(sources)),
        status_feed_(clock, sources_.status) {}

  Answer handle(const http::Request& request, const uv::Peer& peer) override;
  [[nodiscard]] std::size_t max_body_bytes() const override { return sources_.max_event_bytes(); }

 private:
  Answer publish_event(const http::Request& request);
  Answer end_connections(const ConnectionsPath& path, const http::Request& request);
  [[nodiscard]] http::Response show_channel(const http::Request& request);
  Answer show_status(const http::Request& request);
  Answer watch(const http::Request& request);
  /// Nobody by name with a key; otherwise the user of the token, with whom the stream ends.
  [[nodiscard]] Caller caller_of(const OpsRights& rights) const;
  [[nodiscard]] http::Response ready() const;

  const Settings& settings_;
  broker::Backplane& backplane_;
  Revocations& revocations_;
  OpsAccess& access_;
  Sources sources_;
  StatusFeed status_feed_;
};

}  // namespace freshet::server
