#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "base/timing_wheel.h"
#include "broker/hub.h"
#include "http/stream_heads.h"
#include "server/connection.h"
#include "server/connection_table.h"
#include "server/routes.h"
#include "server/settings.h"
#include "server/statistics.h"
#include "server/stream_report.h"
#include "server/user_streams.h"
#include "uv/listener.h"
#include "uv/loop.h"
#include "uv/turn_end.h"

namespace freshet::server {

/// The connections of one kind of listener, public or operations: accepts them, owns them by a running number, writes
/// out at the end of each turn what was queued in it, and drains them. Delivering never destroys: connections that end
/// go at the end of the turn.
///
/// The application owns it. Loop, hub, routes and what is shared outlive it.
class HttpServer {
 public:
  struct Shared {
    const Settings& settings;
    Statistics& statistics;
    Quotas& quotas;
    BufferBudget& budget;
    /// Told of every stream that has ended; may be empty.
    std::function<void(const StreamReport&)> ended;
  };

  HttpServer(uv::Loop& loop, broker::Hub& hub, Routes& routes, Shared shared, std::uint64_t seed);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// Takes connections from one more address; errors name it.
  base::Result<uv::Address> listen(const uv::Address& address, uv::ListenerOptions options);
  /// Takes connections from a socket that is listening already.
  base::Result<uv::Address> adopt(uv::Fd socket, uv::ListenerOptions options);

  /// Stops accepting, closes what is idle and ends the streams one after the other over `period`, so that their clients
  /// do not come back all at once. Calls `done` once when no connection is left. On sockets that were taken over, new
  /// connections are closed at once, without an answer: in the kernel's queue they would wait for the next process,
  /// while a proxy that is sent away has another instance to ask.
  void drain(base::Duration period, std::function<void()> done);
  /// Ends the streams of `user`: all, or only those let in by a token issued before (Unix seconds) or by one that does
  /// not say. How many there were.
  std::size_t end_streams_of_user(std::string_view user, std::optional<std::int64_t> issued_before);
  /// Ends all streams that carry `channel`. How many there were.
  std::size_t end_streams_on_channel(std::string_view channel);

  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  [[nodiscard]] bool draining() const { return draining_; }
  /// Writes what this turn has queued and lets go of what has ended. The application calls it at each turn's end.
  void end_turn();

  // For its connections.
  [[nodiscard]] uv::Loop& loop() { return loop_; }
  [[nodiscard]] base::TimingWheel& wheel() { return wheel_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] Routes& routes() { return routes_; }
  [[nodiscard]] Reply reply_to(std::uint64_t number);
  [[nodiscard]] Push push_to(std::uint64_t number);
  /// Takes the places that a stream of this caller has in the books.
  [[nodiscard]] Visitor visitor(Caller caller, std::uint64_t number);
  [[nodiscard]] std::unique_ptr<broker::Subscription> subscribe(const OpenStream& stream, EventStream& sink);
  [[nodiscard]] std::chrono::milliseconds jittered_retry();
  /// What a request for a stream gets while draining: a 200 that ends at once, so that EventSource comes back.
  [[nodiscard]] http::Response come_back_response(const std::vector<http::Header>& headers);
  [[nodiscard]] const sse::FramePtr& heartbeat() const { return heartbeat_; }
  [[nodiscard]] http::StreamHeads& stream_heads() { return stream_heads_; }
  void flush_later(Connection& connection) { changed_.push_back(&connection); }
  /// For a stream that has just opened: within some milliseconds, unless something else comes to be written before.
  void flush_soon(Connection& connection);
  /// For a pipeline: one request of each connection in a turn of the loop, and of some connections only, so that nobody
  /// else waits for long.
  void read_later(Connection& connection);
  void destroy_later(Connection& connection) { closed_.push_back(connection.number()); }
  [[nodiscard]] Statistics& statistics() { return statistics_; }
  [[nodiscard]] BufferBudget& budget() { return budget_; }
  void stream_opened();
  void stream_closed(const StreamReport& report);

 private:
  struct Fresh {
    std::uint64_t number = 0;
    base::Instant since{};
  };

  void accept(uv::Fd fd, uv::Peer peer);
  [[nodiscard]] uv::Listener::Handler accept_handler();
  [[nodiscard]] uv::ListenerOptions prepared(uv::ListenerOptions options);
  [[nodiscard]] base::Result<uv::Address> keep(base::Result<std::unique_ptr<uv::Listener>> listener);
  void flush_fresh();
  void read_waiting();
  void end_next_streams();
  void finish_drain();

  uv::Loop& loop_;
  broker::Hub& hub_;
  Routes& routes_;
  const Settings& settings_;
  Statistics& statistics_;
  Quotas& quotas_;
  std::function<void(const StreamReport&)> ended_stream_;
  BufferBudget& budget_;
  base::Random random_;
  base::TimingWheel wheel_;
  sse::FramePtr heartbeat_;
  http::StreamHeads stream_heads_;
  std::vector<std::unique_ptr<uv::Listener>> listeners_;
  UserStreams user_streams_;
  ConnectionTable connections_;
  std::vector<Connection*> changed_;
  std::vector<std::uint64_t> closed_;
  /// Connections with a request that has been read and waits for its turn.
  std::deque<std::uint64_t> waiting_;
  std::unique_ptr<base::Timer> waiting_timer_;
  std::uint32_t not_looking_ = 0;  ///< so many new connections more are not read from before the kernel tells of them
  /// Streams that wait for their opening event, in the order in which they came.
  std::vector<Fresh> fresh_;
  std::unique_ptr<base::Timer> fresh_timer_;
  bool draining_ = false;
  std::vector<std::uint64_t> to_end_;
  std::size_t ended_ = 0;
  base::Instant drain_began_{};
  base::Duration drain_period_{};
  std::function<void()> drained_;
  std::unique_ptr<base::Timer> drain_timer_;
};

}  // namespace freshet::server
