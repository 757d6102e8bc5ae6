#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "ctl/endpoint.h"
#include "ctl/http.h"

namespace freshet::ctl {

/// What the event is called that is published to see it come through.
inline constexpr const char* kProbeEvent = "freshetctl-doctor";

/// How to look at a public URL.
struct StreamProbe {
  Endpoint endpoint;  ///< without a path: /events below it
  std::string channel;
  std::vector<std::string> headers;  ///< credentials
  std::string origin;                ///< of a web page, for CORS; empty: not looked at
  bool insecure = false;
  /// How long to wait for a heartbeat; none: not looked at.
  std::optional<std::chrono::milliseconds> heartbeat;
  /// Publishes an event named kProbeEvent to the channel; false when it was not taken. Empty: nothing is published.
  std::function<bool()> publish;

  /// Whether the channel is one that nobody else listens to.
  [[nodiscard]] bool opens_own_channel() const;
};

/// What a client of the public URL sees.
struct StreamFacts {
  std::string url;
  bool has_head = false;
  HttpHead head;
  std::string first_bytes;  ///< as many as a look at an error needs
  std::optional<HttpFailure> failure;
  bool ended = false;
  std::optional<std::chrono::milliseconds> until_first_bytes;
  bool opened = false;  ///< the broker's opening event has come
  bool published = false;
  /// Until the event that was published came through.
  std::optional<std::chrono::milliseconds> until_event;
  /// Until the first comment or event after the opening; only when a heartbeat was waited for.
  std::optional<std::chrono::milliseconds> until_heartbeat;
  /// For a channel that cannot be: what becomes of an error's status.
  std::optional<HttpReply> refusal;
  /// For a preflight by `origin`.
  std::optional<HttpReply> preflight;
};

/// The URL's stream of the channel, unless the URL has a query of its own.
std::string stream_url(const Endpoint& endpoint, const std::vector<std::string>& channels);
/// Opens a stream, waits for its beginning, and closes it again. Takes a few seconds at most, or the heartbeat's time.
StreamFacts look_at_stream(const StreamProbe& probe);

}  // namespace freshet::ctl
