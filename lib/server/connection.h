#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/timing_wheel.h"
#include "server/event_stream.h"
#include "server/exchange.h"
#include "server/routes.h"
#include "uv/socket.h"

namespace freshet::server {

class HttpServer;

/// One client's connection: its socket and its deadline, and who makes use of them: first the exchange of requests and
/// answers, then, when a route says so, an event stream. The server owns it and destroys it at the end of a turn, never
/// from inside one of its calls. There are as many of these as clients, most of them quiet streams, so what only a
/// request needs is in the exchange.
class Connection final : public uv::Socket::Handler, public EventStream::Owner, private base::TimingWheel::Node {
 public:
  Connection(HttpServer& server, std::uint64_t number, uv::Fd fd, uv::Peer peer);
  ~Connection() override;

  /// Once, at the beginning: takes the request if it has come already, and says whether it had.
  bool begin() { return socket_.read_at_once(); }
  /// The same where it most likely has not.
  void begin_later() { socket_.read(true); }
  /// Writes what waits, as far as the kernel takes it.
  void flush();
  /// The head of a stream has waited for the opening event for long enough.
  void flush_head() {
    if (exchange_) stream_changed();
  }
  /// The answer to the request under way, if it is still awaited.
  void answer(const http::Response& response);
  /// The next request of a pipeline, whose turn has come.
  void read_kept();
  /// Ends a stream cleanly, telling the client when to come back. What does not stream is left alone.
  void end_stream(std::string_view reason);
  /// Closes the connection when no request has come, or begun to; otherwise the next answer will be the last one.
  void drain();
  /// A frame of a feed; left out while the client does not take what it was sent before. False: the stream has ended.
  bool push(const sse::FramePtr& frame);

  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] bool streaming() const { return state_ == State::kStreaming; }
  /// While streaming: what it streams, and to whom.
  [[nodiscard]] const EventStream& stream() const { return *stream_; }

  void stream_changed() override;
  [[nodiscard]] std::size_t unsent_bytes() const override { return socket_.unsent_bytes(); }
  [[nodiscard]] std::size_t buffer_bytes() const override;
  [[nodiscard]] BufferBudget& budget() override;
  [[nodiscard]] Statistics& statistics() override;

 private:
  enum class State : std::uint8_t {
    kReading,    ///< a request, or waiting for one
    kAnswering,  ///< a route is at work
    kWriting,    ///< an answer
    kWaiting,    ///< for its turn: the next request of a pipeline has come
    kStreaming,
    kEnding,     ///< the last bytes of a stream
    kLingering,  ///< all is written; what the client still sends is thrown away, so that it can read the answer
    kClosed,
  };

  void on_data(std::string_view bytes) override;
  void on_closed(int error) override;
  void on_writable() override;
  void on_due() override;

  void read_request(std::string_view bytes);
  void reject(const http::Problem& problem);
  void handle(const http::Request& request);
  void open_stream(OpenStream opening);
  void open_feed(const Feed& feed);
  /// A stream's head and what precedes its first event; false if the head is all, because the request was HEAD.
  bool begin_stream(const std::vector<http::Header>& headers, Caller caller);
  void report_end(std::string_view reason);
  void tend_stream();
  std::chrono::milliseconds tell_expiry(std::chrono::milliseconds left);
  void discard(std::size_t bytes);
  [[nodiscard]] bool write_some();
  [[nodiscard]] std::size_t gather(std::span<iovec> pieces) const;
  void wrote(std::size_t bytes, bool blocked);
  void written();
  void linger();
  void close(std::string_view reason);
  void await(State state, std::chrono::milliseconds limit);

  // In the order that leaves no gaps between them: this is what a quiet client costs.
  HttpServer& server_;
  std::uint64_t number_;
  uv::Socket socket_;
  std::unique_ptr<Exchange> exchange_;  ///< until a stream's head has been written
  std::optional<EventStream> stream_;
  std::uint32_t discarded_bytes_ = 0;
  State state_ = State::kReading;
  bool blocked_ : 1 = false;  ///< the kernel takes no more for now
  bool expiry_told_ : 1 = false;
  bool changed_ : 1 = false;  ///< in the server's list of connections to flush
};

}  // namespace freshet::server
