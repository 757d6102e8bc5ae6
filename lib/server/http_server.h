#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/random.h"
#include "base/timing_wheel.h"
#include "broker/hub.h"
#include "server/connection.h"
#include "server/routes.h"
#include "server/settings.h"
#include "server/statistics.h"
#include "uv/listener.h"
#include "uv/loop.h"
#include "uv/turn_end.h"

namespace freshet::server {

/// The connections of one kind of listener, public or operations: accepts them, owns them by a running number, writes
/// out at the end of each turn what was queued in it, and drains them. Delivering never destroys: connections that end
/// go at the end of the turn.
///
/// The application owns it. Loop, hub, routes, settings and statistics outlive it.
class HttpServer {
 public:
  HttpServer(uv::Loop& loop, broker::Hub& hub, Routes& routes, const Settings& settings, Statistics& statistics,
             std::uint64_t seed);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Takes connections from one more address; errors name it.
  base::Result<uv::Address> listen(const uv::Address& address, uv::ListenerOptions options);
  /// Takes connections from a socket that is listening already.
  base::Result<uv::Address> adopt(uv::Fd socket, uv::ListenerOptions options);

  /// Stops accepting, closes what is idle and ends the streams one after the other over `period`, so that their clients
  /// do not come back all at once. Calls `done` once when no connection is left.
  void drain(base::Duration period, std::function<void()> done);
  /// Stops accepting.
  void close_listeners();

  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  /// Frames that wait in all streams.
  [[nodiscard]] std::size_t buffered_bytes() const;
  [[nodiscard]] bool draining() const { return draining_; }
  /// Writes what this turn has queued and lets go of what has ended. The application calls it at each turn's end.
  void end_turn();

  // For its connections.
  [[nodiscard]] uv::Loop& loop() { return loop_; }
  [[nodiscard]] base::TimingWheel& wheel() { return wheel_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] Routes& routes() { return routes_; }
  [[nodiscard]] Reply reply_to(std::uint64_t number);
  [[nodiscard]] std::unique_ptr<broker::Subscription> subscribe(const OpenStream& stream, EventStream& sink);
  [[nodiscard]] std::chrono::milliseconds jittered_retry();
  [[nodiscard]] const sse::FramePtr& heartbeat() const { return heartbeat_; }
  void flush_later(Connection& connection) { changed_.push_back(&connection); }
  void destroy_later(Connection& connection) { closed_.push_back(connection.number()); }
  void count_sent(std::size_t bytes) { statistics_.bytes_sent += bytes; }
  void stream_opened();
  void stream_closed(std::string_view reason, std::uint64_t events);

 private:
  void accept(uv::Fd fd, uv::Peer peer);
  [[nodiscard]] uv::Listener::Handler accept_handler();
  [[nodiscard]] uv::ListenerOptions counting(uv::ListenerOptions options);
  [[nodiscard]] base::Result<uv::Address> keep(base::Result<std::unique_ptr<uv::Listener>> listener);
  void end_next_streams();
  void finish_drain();

  uv::Loop& loop_;
  broker::Hub& hub_;
  Routes& routes_;
  const Settings& settings_;
  Statistics& statistics_;
  base::Random random_;
  base::TimingWheel wheel_;
  sse::FramePtr heartbeat_;
  std::vector<std::unique_ptr<uv::Listener>> listeners_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::vector<Connection*> changed_;
  std::vector<std::uint64_t> closed_;
  std::uint64_t last_number_ = 0;
  bool draining_ = false;
  std::vector<std::uint64_t> to_end_;
  std::size_t ended_ = 0;
  base::Instant drain_began_{};
  base::Duration drain_period_{};
  std::function<void()> drained_;
  std::unique_ptr<base::Timer> drain_timer_;
};

}  // namespace freshet::server
