#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "broker/cursor.h"
#include "http/request.h"
#include "http/response.h"
#include "server/caller.h"
#include "sse/frame.h"
#include "uv/peer.h"

namespace freshet::server {

/// Answers a request at any later time, once. Does nothing when the client has gone.
using Reply = std::function<void(http::Response)>;
/// Begins what the answer waits for.
using Later = std::function<void(Reply)>;

/// An event stream on these channels, from this cursor on.
struct OpenStream {
  std::vector<http::Header> headers;
  std::vector<std::string> channels;
  broker::Cursor cursor;
  Caller caller;
};

/// Writes a frame to a stream, unless what was written before still waits for the client; false when that has gone.
using Push = std::function<bool(const sse::FramePtr&)>;

/// An event stream of what a route itself has to say: of no channel, and counted nowhere.
struct Feed {
  std::vector<http::Header> headers;
  std::function<void(Push)> begin;
  Caller caller{};
};

using Answer = std::variant<http::Response, Later, OpenStream, Feed>;

/// What a listener serves. Owned by the application; called once for each request.
class Routes {
 public:
  Routes() = default;
  Routes(const Routes&) = delete;
  Routes& operator=(const Routes&) = delete;
  virtual ~Routes() = default;

  virtual Answer handle(const http::Request& request, const uv::Peer& peer) = 0;
  /// The largest request body that is read; a larger one is answered 413.
  [[nodiscard]] virtual std::size_t max_body_bytes() const = 0;
  /// What the answer to a request that cannot be read carries in addition. Of the request, what came before is there.
  [[nodiscard]] virtual std::vector<http::Header> refusal_headers(const http::Request& /*request*/) const { return {}; }
};

}  // namespace freshet::server
