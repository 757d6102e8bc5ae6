#include "server/connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <utility>

#include "server/http_server.h"
#include "sse/control.h"

namespace freshet::server {
namespace {

constexpr std::size_t kPiecesAtOnce = 128;
constexpr std::chrono::seconds kLingerTime{2};
/// Heartbeats for which a client may leave alone what waits for it.
constexpr int kPatience = 4;
/// How soon to look again whether a stream has been opened that has something to tell behind that.
constexpr std::chrono::milliseconds kOpeningLook{250};
constexpr std::size_t kLingerBytes = std::size_t{16} << 20U;

std::size_t size_of(std::span<const iovec> pieces) {
  std::size_t bytes = 0;
  for (const auto& piece : pieces) bytes += piece.iov_len;
  return bytes;
}

}  // namespace

Connection::Connection(HttpServer& server, std::uint64_t number, uv::Fd fd, uv::Peer peer)
    : server_(server),
      number_(number),
      socket_(server.loop(), std::move(fd), *this, uv::Socket::Accepted{}),
      exchange_(std::make_unique<Exchange>(std::move(peer), server.budget())) {
  await(State::kReading, server.settings().request_timeout);
}

Connection::~Connection() {
  if (stream_) stream_->detach();
}

std::size_t Connection::buffer_bytes() const { return server_.settings().buffer_per_connection_bytes; }

BufferBudget& Connection::budget() { return server_.budget(); }

Statistics& Connection::statistics() { return server_.statistics(); }

void Connection::await(State state, std::chrono::milliseconds limit) {
  state_ = state;
  server_.wheel().schedule(*this, limit);
}

void Connection::on_data(std::string_view bytes) {
  switch (state_) {
    case State::kReading:
      return read_request(bytes);
    case State::kAnswering:
    case State::kWriting:
    case State::kWaiting:
      exchange_->keep(bytes);
      return socket_.read(false);  // what comes behind that waits in the kernel
    case State::kStreaming:
    case State::kEnding:
    case State::kLingering:
      return discard(bytes.size());
    case State::kClosed:
      return;
  }
}

void Connection::discard(std::size_t bytes) {
  const auto bound = state_ == State::kLingering ? kLingerBytes : server_.settings().request_bytes;
  const auto sum = discarded_bytes_ + bytes;
  discarded_bytes_ = static_cast<std::uint32_t>(std::min<std::size_t>(sum, std::numeric_limits<std::uint32_t>::max()));
  if (sum > bound) close("error");
}

/// From what was kept or, when nothing was, from `bytes`.
void Connection::read_request(std::string_view bytes) {
  const auto& settings = server_.settings();
  // However long the connection was idle before.
  if (exchange_->idle()) await(State::kReading, settings.request_timeout);
  const auto status = exchange_->read(bytes, {settings.request_bytes, server_.routes().max_body_bytes()});
  if (status == http::Parser::Status::kNeedMore) {
    if (!exchange_->take_continue()) return;
    exchange_->say(http::kContinue);
    return flush();
  }
  if (status == http::Parser::Status::kComplete) {
    handle(exchange_->take());
  } else {
    reject(exchange_->problem());
  }
  if (exchange_->pipelined()) socket_.read(false);
}

void Connection::read_kept() {
  if (state_ != State::kWaiting) return;
  state_ = State::kReading;
  read_request({});
  // The client's end, told already, ends a stream, and also what is only the beginning of a request.
  if (socket_.ended() && (state_ == State::kReading || state_ == State::kStreaming)) return close("client");
  if (state_ == State::kReading) socket_.read(true);
}

void Connection::reject(const http::Problem& problem) {
  exchange_->reject(problem, server_.routes().refusal_headers(exchange_->so_far()));
  await(State::kWriting, server_.settings().request_timeout);
  stream_changed();
}

void Connection::handle(const http::Request& request) {
  state_ = State::kAnswering;
  server_.wheel().cancel(*this);
  if (server_.draining() || (socket_.ended() && !exchange_->pipelined())) exchange_->end_after_answer();
  auto reply = server_.routes().handle(request, exchange_->peer());
  if (auto* response = std::get_if<http::Response>(&reply)) {
    answer(*response);
  } else if (auto* later = std::get_if<Later>(&reply)) {
    (*later)(server_.reply_to(number_));
  } else if (auto* feed = std::get_if<Feed>(&reply)) {
    if (server_.draining()) return answer(server_.come_back_response(feed->headers));
    open_feed(*feed);
  } else {
    auto& opening = std::get<OpenStream>(reply);
    if (server_.draining()) return answer(server_.come_back_response(opening.headers));
    open_stream(std::move(opening));
  }
}

void Connection::answer(const http::Response& response) {
  if (state_ != State::kAnswering) return;
  if (server_.draining()) exchange_->end_after_answer();
  exchange_->answer(response);
  await(State::kWriting, server_.settings().request_timeout);
  stream_changed();
}

void Connection::open_stream(OpenStream opening) {
  if (!begin_stream(opening.headers, std::move(opening.caller))) return;
  server_.stream_opened();
  stream_->attach(server_.subscribe(opening, *stream_));
  changed_ = false;
  server_.flush_soon(*this);
  state_ = State::kStreaming;
  tend_stream();
}

void Connection::open_feed(const Feed& feed) {
  if (!begin_stream(feed.headers, feed.caller)) return;
  changed_ = false;
  state_ = State::kStreaming;
  feed.begin(server_.push_to(number_));
  stream_changed();
  tend_stream();
}

bool Connection::begin_stream(const std::vector<http::Header>& headers, Caller caller) {
  const auto& settings = server_.settings();
  if (exchange_->answer_stream(headers, server_.stream_heads())) {
    await(State::kWriting, settings.request_timeout);
    stream_changed();
    return false;
  }
  exchange_->forget_input();
  socket_.read(true);
  stream_.emplace(*this, server_.visitor(std::move(caller), number_), exchange_->chunks(), server_.loop().now());
  changed_ = true;  // all of this is written with the opening event, if that comes soon
  if (settings.padding_bytes > 0) stream_->push(sse::padding(settings.padding_bytes));
  stream_->push(sse::retry(server_.jittered_retry()));
  return true;
}

bool Connection::push(const sse::FramePtr& frame) {
  if (state_ != State::kStreaming) return false;
  if (!blocked_) stream_->push(frame);
  return true;
}

void Connection::stream_changed() {
  if (changed_) return;
  changed_ = true;
  server_.flush_later(*this);
}

void Connection::flush() {
  changed_ = false;
  if (state_ == State::kClosed) return;
  if (stream_ && stream_->overflowed()) return close("slow");
  if (!blocked_ && write_some()) written();
}

void Connection::on_writable() {
  blocked_ = false;
  socket_.watch_writable(false);
  if (write_some()) written();
}

/// True when nothing is left to write.
bool Connection::write_some() {
  std::array<iovec, kPiecesAtOnce> pieces;  // NOLINT(cppcoreguidelines-pro-type-member-init): gather fills it
  while (const auto count = gather(pieces)) {
    const std::span<const iovec> waiting(pieces.data(), count);
    const auto sent = socket_.write(waiting);
    if (!sent) {
      close("client");
      return false;
    }
    blocked_ = *sent < size_of(waiting);
    wrote(*sent, blocked_);
    if (blocked_) {
      socket_.watch_writable(true);
      return false;
    }
    if (count < pieces.size()) break;
  }
  return true;
}

std::size_t Connection::gather(std::span<iovec> pieces) const {
  std::size_t count = 0;
  if (exchange_ && !exchange_->output().empty()) {
    const auto own = exchange_->output();
    pieces[count++] = {const_cast<char*>(own.data()), own.size()};
  }
  if (stream_) count += stream_->queue().gather(pieces.subspan(count));
  return count;
}

void Connection::wrote(std::size_t bytes, bool blocked) {
  server_.statistics().bytes_sent += bytes;
  if (exchange_) {
    const auto own = std::min(bytes, exchange_->output().size());
    exchange_->wrote(own);
    bytes -= own;
    if (stream_ && exchange_->output().empty()) exchange_.reset();
  }
  if (stream_) stream_->wrote(bytes, blocked, server_.loop().now());
}

void Connection::written() {
  switch (state_) {
    case State::kStreaming:
      return stream_->drained();
    case State::kEnding:
      return linger();
    case State::kWriting:
      if (!exchange_->keeps_alive()) return linger();
      if (exchange_->has_kept()) {
        server_.wheel().cancel(*this);
        state_ = State::kWaiting;
        return server_.read_later(*this);
      }
      if (socket_.ended()) return close("client");
      await(State::kReading, server_.settings().request_timeout);
      return socket_.read(true);
    default:
      return;
  }
}

void Connection::linger() {
  if (socket_.ended()) return close("client");
  socket_.shutdown_write();
  socket_.read(true);
  exchange_.reset();
  stream_.reset();
  discarded_bytes_ = 0;
  await(State::kLingering, kLingerTime);
}

/// A feed is in nobody's books.
void Connection::report_end(std::string_view reason) {
  if (stream_->subscription() == nullptr) return;
  server_.stream_closed(stream_->report(reason, server_.loop().now()));
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
  if (state_ == State::kReading && !exchange_->begun()) close("drain");
}

void Connection::on_due() {
  if (state_ == State::kReading && exchange_->begun()) {
    return reject({408, "the request did not arrive within the time allowed"});
  }
  if (state_ != State::kStreaming) return close("error");
  tend_stream();
}

/// Heartbeats, and the end of the token that let the stream in.
void Connection::tend_stream() {
  const auto& settings = server_.settings();
  auto next = settings.heartbeat;
  const auto silence = stream_->silence(server_.loop().now());
  if (silence < settings.heartbeat) {
    next = settings.heartbeat - silence;
  } else if (stream_->queue().empty()) {
    stream_->push(server_.heartbeat());
  } else if (silence >= kPatience * settings.heartbeat) {
    return close("slow");  // something has waited all the time, and the client took none of it
  }
  if (const auto expires_at = stream_->visitor().expires_at()) {
    const std::chrono::milliseconds left(*expires_at * 1000 - server_.loop().wall_us() / 1000);
    if (left.count() <= 0) return end_stream("expired");
    next = std::min({next, left, tell_expiry(left)});
  }
  server_.wheel().schedule(*this, next);
}

/// Says in time that the stream will end, but never before its opening event. When to look again.
std::chrono::milliseconds Connection::tell_expiry(std::chrono::milliseconds left) {
  const auto notice = server_.settings().expiring_notice;
  if (expiry_told_ || notice.count() == 0) return left;
  if (left > notice) return left - notice;
  if (const auto* subscription = stream_->subscription(); subscription != nullptr && !subscription->opened()) {
    return kOpeningLook;
  }
  expiry_told_ = true;
  stream_->push(sse::stream_expiring(std::chrono::ceil<std::chrono::seconds>(left)));
  return left;
}

void Connection::on_closed(int error) {
  // A client that closes its half behind its requests may still be reading the answers.
  const bool reads_on =
      state_ == State::kAnswering || state_ == State::kWriting || state_ == State::kWaiting || state_ == State::kEnding;
  if (error != 0 || !reads_on) return close(error == 0 || error == ECONNRESET ? "client" : "error");
  if (state_ == State::kAnswering && !exchange_->pipelined()) exchange_->end_after_answer();
}

void Connection::close(std::string_view reason) {
  if (state_ == State::kClosed) return;
  if (state_ == State::kStreaming) report_end(reason);
  if (stream_) stream_->detach();
  state_ = State::kClosed;
  server_.wheel().cancel(*this);
  socket_.drop();
  server_.destroy_later(*this);
}

}  // namespace freshet::server
