#include "server/connection.h"

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "http/problem.h"
#include "server/http_server.h"
#include "sse/control.h"

namespace freshet::server {
namespace {

constexpr std::size_t kPiecesAtOnce = 64;
constexpr std::chrono::seconds kLingerTime{2};
/// Heartbeats for which a client may leave alone what waits for it.
constexpr int kPatience = 4;
constexpr std::size_t kLingerBytes = std::size_t{16} << 20U;

}  // namespace

Connection::Connection(HttpServer& server, std::uint64_t number, uv::Fd fd, uv::Peer peer)
    : server_(server),
      number_(number),
      peer_(std::move(peer)),
      socket_(server.loop(), std::move(fd), *this),
      last_write_(server.loop().now()) {
  socket_.set_no_delay(true);
  socket_.set_send_buffer(server.settings().write_buffer_bytes);
  socket_.set_keepalive(std::chrono::seconds(60), std::chrono::seconds(15), 4);
  socket_.read(true);
  await(State::kReading, server.settings().request_timeout);
}

Connection::~Connection() {
  if (stream_) stream_->detach();
}

void Connection::await(State state, std::chrono::milliseconds limit) {
  state_ = state;
  server_.wheel().schedule(*this, limit);
}

void Connection::on_data(std::string_view bytes) {
  switch (state_) {
    case State::kReading:
    case State::kAnswering:
    case State::kWriting:
      input_ += bytes;
      if (state_ == State::kReading) {
        read_requests();
      } else if (input_.size() > server_.settings().request_bytes) {
        socket_.read(false);  // a pipeline waits in the kernel until its turn comes
      }
      break;
    case State::kStreaming:
    case State::kEnding:
    case State::kLingering:
      discarded_bytes_ += bytes.size();
      if (discarded_bytes_ > (state_ == State::kLingering ? kLingerBytes : server_.settings().request_bytes)) {
        close("error");
      }
      break;
    case State::kClosed:
      break;
  }
}

void Connection::read_requests() {
  while (state_ == State::kReading && !input_.empty()) {
    if (!parser_) {
      parser_ = std::make_unique<http::Parser>(
          http::Limits{server_.settings().request_bytes, server_.routes().max_body_bytes()});
      continued_ = false;
      await(State::kReading, server_.settings().request_timeout);  // however long the connection was idle before
    }
    std::size_t consumed = 0;
    const auto status = parser_->feed(input_, consumed);
    input_.erase(0, consumed);
    if (status == http::Parser::Status::kNeedMore) {
      if (parser_->wants_continue() && !std::exchange(continued_, true)) {
        output_ = http::kContinue;
        flush();
      }
      return;
    }
    if (status == http::Parser::Status::kFailed) {
      keep_alive_ = false;
      head_only_ = false;
      input_.clear();
      const auto response = http::to_response(parser_->problem());
      parser_.reset();
      state_ = State::kAnswering;
      return answer(response);
    }
    const auto request = parser_->take();
    parser_.reset();
    handle(request);
  }
}

void Connection::handle(const http::Request& request) {
  state_ = State::kAnswering;
  server_.wheel().cancel(*this);
  minor_version_ = static_cast<std::uint8_t>(request.minor_version);
  keep_alive_ = request.keep_alive && !server_.draining();
  head_only_ = request.method == "HEAD";
  auto reply = server_.routes().handle(request, peer_);
  if (auto* response = std::get_if<http::Response>(&reply)) {
    answer(*response);
  } else if (auto* later = std::get_if<Later>(&reply)) {
    (*later)(server_.reply_to(number_));
  } else if (server_.draining()) {
    answer(server_.come_back_response(std::get<OpenStream>(reply)));
  } else {
    open_stream(std::get<OpenStream>(std::move(reply)), head_only_);
  }
}

void Connection::answer(const http::Response& response) {
  if (state_ != State::kAnswering) return;
  if (server_.draining()) keep_alive_ = false;
  output_ += http::encode(response, keep_alive_, minor_version_, head_only_);
  await(State::kWriting, server_.settings().request_timeout);
  stream_changed();
}

void Connection::open_stream(OpenStream stream, bool head_only) {
  const auto& settings = server_.settings();
  output_ += http::encode_stream_head(stream.headers, minor_version_, head_only && keep_alive_);
  if (head_only) {
    keep_alive_ = keep_alive_ && minor_version_ == 1;
    await(State::kWriting, settings.request_timeout);
    return stream_changed();
  }
  input_ = {};
  socket_.read(true);
  caller_ = std::move(stream.caller);
  if (settings.connections_per_user > 0 && !caller_.subject.empty()) {
    user_place_ = server_.quotas().take(Quotas::user_key(caller_.subject));
  }
  if (settings.connections_per_address > 0 && !caller_.address.empty()) {
    address_place_ = server_.quotas().take(Quotas::address_key(caller_.address));
  }
  if (!caller_.subject.empty()) user_entry_ = server_.user_streams().add(caller_.subject, number_);
  opened_at_ = server_.loop().now();
  stream_ = std::make_unique<EventStream>(*this, server_.budget(), server_.statistics(), minor_version_ == 1,
                                          settings.buffer_per_connection_bytes);
  server_.stream_opened();
  if (settings.padding_bytes > 0) stream_->push(sse::padding(settings.padding_bytes));
  stream_->push(sse::retry(server_.jittered_retry()));
  stream_->attach(server_.subscribe(stream, *stream_));
  state_ = State::kStreaming;
  tend_stream();
}

void Connection::stream_changed() {
  if (!std::exchange(changed_, true)) server_.flush_later(*this);
}

void Connection::flush() {
  changed_ = false;
  if (state_ == State::kClosed) return;
  if (stream_ && stream_->overflowed()) return close("slow");
  if (!blocked_ && write_some()) written();
}

void Connection::on_writable() {
  blocked_ = false;
  if (write_some()) written();
}

/// True when nothing is left to write.
bool Connection::write_some() {
  std::array<iovec, kPiecesAtOnce> pieces;  // NOLINT(cppcoreguidelines-pro-type-member-init): gather fills it
  while (true) {
    std::size_t count = 0;
    const std::size_t own = output_.size() - output_offset_;
    if (own > 0) pieces[count++] = {output_.data() + output_offset_, own};
    if (stream_) count += stream_->queue().gather(std::span(pieces).subspan(count));
    if (count == 0) break;
    std::size_t wanted = 0;
    for (std::size_t i = 0; i < count; ++i) wanted += pieces[i].iov_len;

    const auto sent = socket_.write(std::span<const iovec>(pieces.data(), count));
    if (!sent) {
      close("client");
      return false;
    }
    if (*sent > 0) last_write_ = server_.loop().now();
    const std::size_t of_own = std::min(own, *sent);
    output_offset_ += of_own;
    if (own > 0 && of_own == own) {
      output_ = {};
      output_offset_ = 0;
    }
    blocked_ = *sent < wanted;
    if (stream_) stream_->wrote(*sent - of_own, blocked_);
    sent_bytes_ += *sent;
    server_.statistics().bytes_sent += *sent;
    if (blocked_) {
      socket_.watch_writable(true);
      return false;
    }
  }
  socket_.watch_writable(false);
  return true;
}

void Connection::written() {
  switch (state_) {
    case State::kStreaming:
      stream_->drained();
      break;
    case State::kEnding:
      linger();
      break;
    case State::kWriting:
      if (!keep_alive_) {
        linger();
      } else {
        await(State::kReading, server_.settings().request_timeout);
        socket_.read(true);
        read_requests();
      }
      break;
    default:
      break;
  }
}

void Connection::linger() {
  socket_.shutdown_write();
  socket_.read(true);
  stream_.reset();
  discarded_bytes_ = 0;
  await(State::kLingering, kLingerTime);
}

void Connection::end_stream(std::string_view reason) {
  if (state_ != State::kStreaming) return;
  report_end(reason);
  stream_->detach();
  stream_->push(sse::retry(server_.jittered_retry()));
  if (stream_->queue().chunked()) stream_->push(sse::last_chunk());
  await(State::kEnding, server_.settings().request_timeout);
}

void Connection::drain() {
  if (state_ == State::kReading && !(parser_ && parser_->started())) close("drain");
}

void Connection::on_due() {
  if (state_ == State::kReading && parser_ && parser_->started()) {
    keep_alive_ = false;
    parser_.reset();
    state_ = State::kAnswering;
    return answer(http::to_response({408, "the request did not arrive within the time allowed"}));
  }
  if (state_ != State::kStreaming) return close("error");
  tend_stream();
}

/// Heartbeats, and the end of the token that let the stream in.
void Connection::tend_stream() {
  const auto& settings = server_.settings();
  auto next = settings.heartbeat;
  const auto silence = std::chrono::duration_cast<std::chrono::milliseconds>(server_.loop().now() - last_write_);
  if (silence < settings.heartbeat) {
    next = settings.heartbeat - silence;
  } else if (stream_->queue().empty()) {
    stream_->push(server_.heartbeat());
  } else if (silence >= kPatience * settings.heartbeat) {
    return close("slow");  // something has waited all the time, and the client took none of it
  }
  if (caller_.expires_at) {
    const std::chrono::milliseconds left(*caller_.expires_at * 1000 - server_.loop().wall_us() / 1000);
    if (left.count() <= 0) return end_stream("expired");
    const bool tells = settings.expiring_notice.count() > 0;
    if (tells && !expiry_told_ && left <= settings.expiring_notice) {
      expiry_told_ = true;
      stream_->push(sse::stream_expiring(std::chrono::ceil<std::chrono::seconds>(left)));
    }
    next = std::min(next, tells && !expiry_told_ ? left - settings.expiring_notice : left);
  }
  server_.wheel().schedule(*this, next);
}

void Connection::report_end(std::string_view reason) {
  StreamReport report;
  report.caller = caller_;
  report.channels = stream_->subscription()->channels();
  report.duration = server_.loop().now() - opened_at_;
  report.events = stream_->events();
  report.bytes = sent_bytes_;
  report.reason = reason;
  report.resume = stream_->subscription()->result();
  server_.stream_closed(report);
}

void Connection::on_closed(std::string_view why) {
  // A client that closes its half behind the request may still be reading the answer.
  if (why.empty() && state_ == State::kAnswering) {
    keep_alive_ = false;
    return;
  }
  if (why.empty() && state_ == State::kWriting && !write_some() && state_ == State::kClosed) return;
  const bool by_client = why.empty() || why == std::generic_category().message(ECONNRESET);
  close(by_client ? "client" : "error");
}

void Connection::close(std::string_view reason) {
  if (state_ == State::kClosed) return;
  if (state_ == State::kStreaming) report_end(reason);
  if (stream_) stream_->detach();
  state_ = State::kClosed;
  server_.wheel().cancel(*this);
  socket_.read(false);
  socket_.watch_writable(false);
  server_.destroy_later(*this);
}

}  // namespace freshet::server
