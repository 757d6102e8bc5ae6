#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/timing_wheel.h"
#include "http/parser.h"
#include "server/event_stream.h"
#include "server/quotas.h"
#include "server/routes.h"
#include "server/user_streams.h"
#include "uv/socket.h"

namespace freshet::server {

class HttpServer;

/// One client's connection: reads requests one at a time, writes their answers in order, and becomes an event stream
/// when a route says so. The server owns it and destroys it at the end of a turn, never from inside one of its calls.
class Connection final : public uv::Socket::Handler, public EventStream::Owner, private base::TimingWheel::Node {
 public:
  Connection(HttpServer& server, std::uint64_t number, uv::Fd fd, uv::Peer peer);
  ~Connection() override;

  /// Writes what waits, as far as the kernel takes it.
  void flush();
  /// The answer to the request under way, if it is still awaited.
  void answer(const http::Response& response);
  /// Ends a stream cleanly, telling the client when to come back; closes any other connection when it is idle.
  void end_stream(std::string_view reason);
  /// No further request is taken.
  void drain();

  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] bool streaming() const { return state_ == State::kStreaming; }

  /// Whose stream it is; nobody's before it is one.
  [[nodiscard]] const Caller& caller() const { return caller_; }
  [[nodiscard]] const std::string& subject() const { return caller_.subject; }
  /// The stream's subscription; null when there is none.
  [[nodiscard]] const broker::Subscription* subscription() const { return stream_ ? stream_->subscription() : nullptr; }

  void stream_changed() override;
  [[nodiscard]] std::size_t unsent_bytes() const override { return socket_.unsent_bytes(); }

 private:
  enum class State : std::uint8_t {
    kReading,    ///< a request, or waiting for one
    kAnswering,  ///< a route is at work
    kWriting,    ///< an answer
    kStreaming,
    kEnding,     ///< the last bytes of a stream
    kLingering,  ///< all is written; what the client still sends is thrown away, so that it can read the answer
    kClosed,
  };

  void on_data(std::string_view bytes) override;
  void on_closed(std::string_view why) override;
  void on_writable() override;
  void on_due() override;

  void tend_stream();
  void report_end(std::string_view reason);
  void read_requests();
  void handle(const http::Request& request);
  void open_stream(OpenStream stream, bool head_only);
  void written();
  void linger();
  void close(std::string_view reason);
  void await(State state, std::chrono::milliseconds limit);
  [[nodiscard]] bool write_some();

  HttpServer& server_;
  std::uint64_t number_;
  uv::Peer peer_;
  uv::Socket socket_;
  std::unique_ptr<http::Parser> parser_;  ///< of the request being read; an open stream has none
  std::unique_ptr<EventStream> stream_;
  std::string input_;   ///< came behind the request that is being answered
  std::string output_;  ///< an answer, or the head of a stream
  std::size_t output_offset_ = 0;
  std::size_t discarded_bytes_ = 0;
  Caller caller_;
  Quotas::Place user_place_;
  Quotas::Place address_place_;
  UserStreams::Entry user_entry_;
  std::uint64_t sent_bytes_ = 0;
  base::Instant opened_at_{};
  base::Instant last_write_;
  State state_ = State::kReading;
  std::uint8_t minor_version_ = 1;
  bool keep_alive_ = true;
  bool head_only_ = false;
  bool continued_ = false;
  bool blocked_ = false;  ///< the kernel takes no more for now
  bool expiry_told_ = false;
  bool changed_ = false;  ///< in the server's list of connections to flush
};

}  // namespace freshet::server
