#include "server/http_server.h"

#include <algorithm>
#include <utility>

#include "sse/control.h"

namespace freshet::server {
namespace {

constexpr std::chrono::milliseconds kWheelTick{250};
constexpr std::size_t kWheelSlots = 256;
constexpr std::chrono::milliseconds kDrainStep{20};
/// Beyond the streams that are allowed, so many connections may ask and be sent away politely.
constexpr std::size_t kSpareConnections = 1024;
constexpr std::string_view kRevoked = "revoked";

}  // namespace

HttpServer::HttpServer(uv::Loop& loop, broker::Hub& hub, Routes& routes, Shared shared, std::uint64_t seed)
    : loop_(loop),
      hub_(hub),
      routes_(routes),
      settings_(shared.settings),
      statistics_(shared.statistics),
      quotas_(shared.quotas),
      ended_stream_(std::move(shared.ended)),
      budget_(settings_.buffer_total_bytes),
      random_(seed),
      wheel_(loop, kWheelTick, kWheelSlots),
      heartbeat_(sse::heartbeat()) {}

HttpServer::~HttpServer() = default;

base::Result<uv::Address> HttpServer::listen(const uv::Address& address, uv::ListenerOptions options) {
  return keep(uv::Listener::open(loop_, address, counting(std::move(options)), accept_handler()));
}

base::Result<uv::Address> HttpServer::adopt(uv::Fd socket, uv::ListenerOptions options) {
  return keep(uv::Listener::adopt(loop_, std::move(socket), counting(std::move(options)), accept_handler()));
}

uv::Listener::Handler HttpServer::accept_handler() {
  return [this](uv::Fd fd, uv::Peer peer) { accept(std::move(fd), std::move(peer)); };
}

uv::ListenerOptions HttpServer::counting(uv::ListenerOptions options) {
  options.on_exhausted = [this] { ++statistics_.shed["descriptors"]; };
  return options;
}

base::Result<uv::Address> HttpServer::keep(base::Result<std::unique_ptr<uv::Listener>> listener) {
  if (!listener) return tl::unexpected(listener.error());
  listeners_.push_back(std::move(*listener));
  return listeners_.back()->bound();
}

void HttpServer::accept(uv::Fd fd, uv::Peer peer) {
  if (connections_.size() >= settings_.connections + kSpareConnections) {
    ++statistics_.shed["connections"];
    return;
  }
  const auto number = ++last_number_;
  connections_.emplace(number, std::make_unique<Connection>(*this, number, std::move(fd), std::move(peer)));
}

Reply HttpServer::reply_to(std::uint64_t number) {
  return [this, number](const http::Response& response) {
    const auto found = connections_.find(number);
    if (found != connections_.end()) found->second->answer(response);
  };
}

std::unique_ptr<broker::Subscription> HttpServer::subscribe(const OpenStream& stream, EventStream& sink) {
  return hub_.subscribe(stream.channels, stream.cursor, sink);
}

std::chrono::milliseconds HttpServer::jittered_retry() {
  const auto retry = settings_.retry.count();
  return std::chrono::milliseconds(random_.between(retry * 3 / 4, retry * 5 / 4));
}

http::Response HttpServer::come_back_response(const OpenStream& stream) {
  ++statistics_.outcomes["shed"];
  ++statistics_.shed["draining"];
  return {200, stream.headers, std::string(sse::retry(jittered_retry())->plain())};
}

void HttpServer::stream_opened() {
  ++statistics_.streams;
  ++statistics_.outcomes["stream"];
}

void HttpServer::stream_closed(const StreamReport& report) {
  --statistics_.streams;
  ++statistics_.disconnects[std::string(report.reason)];
  if (ended_stream_) ended_stream_(report);
}

void HttpServer::end_turn() {
  // Flushing may resume replays, which queue again; their marks come back through the loop, so this ends.
  while (!changed_.empty()) {
    const auto changed = std::exchange(changed_, {});
    for (auto* connection : changed) connection->flush();
  }
  for (const auto number : std::exchange(closed_, {})) connections_.erase(number);
  if (draining_ && drained_) finish_drain();
}

void HttpServer::close_listeners() {
  for (const auto& listener : listeners_) listener->close();
}

std::size_t HttpServer::end_streams_of_user(std::string_view user, std::optional<std::int64_t> issued_before) {
  std::size_t ended = 0;
  for (const auto number : user_streams_.of(user)) {
    const auto found = connections_.find(number);
    if (found == connections_.end() || !found->second->streaming()) continue;
    const auto& issued_at = found->second->caller().issued_at;
    if (issued_before && issued_at && *issued_at >= *issued_before) continue;
    found->second->end_stream(kRevoked);
    ++ended;
  }
  return ended;
}

std::size_t HttpServer::end_streams_on_channel(std::string_view channel) {
  if (hub_.view(channel).subscribers == 0) return 0;
  std::size_t ended = 0;
  for (const auto& [number, connection] : connections_) {
    if (!connection->streaming()) continue;
    const auto channels = connection->subscription()->channels();
    if (std::find(channels.begin(), channels.end(), channel) == channels.end()) continue;
    connection->end_stream(kRevoked);
    ++ended;
  }
  return ended;
}

void HttpServer::drain(base::Duration period, std::function<void()> done) {
  if (draining_) return;
  draining_ = true;
  drained_ = std::move(done);
  close_listeners();
  for (const auto& [number, connection] : connections_) {
    connection->drain();
    if (connection->streaming()) to_end_.push_back(number);
  }
  drain_began_ = loop_.now();
  drain_period_ = period;
  end_next_streams();
}

/// Ends as many streams as are due by now, evenly over the period.
void HttpServer::end_next_streams() {
  const auto elapsed = loop_.now() - drain_began_;
  const bool over = elapsed >= drain_period_;
  const auto due =
      over ? to_end_.size()
           : static_cast<std::size_t>(static_cast<double>(to_end_.size()) * static_cast<double>(elapsed.count()) /
                                      static_cast<double>(drain_period_.count()));
  for (; ended_ < due; ++ended_) {
    const auto found = connections_.find(to_end_[ended_]);
    if (found != connections_.end()) found->second->end_stream("drain");
  }
  drain_timer_ = loop_.after(kDrainStep, [this] { end_next_streams(); });
}

void HttpServer::finish_drain() {
  const bool given_up = loop_.now() - drain_began_ > drain_period_ + settings_.request_timeout;
  if (!connections_.empty() && !given_up) return;
  drain_timer_.reset();
  const auto done = std::exchange(drained_, nullptr);
  done();
}

}  // namespace freshet::server
