#include "server/http_server.h"

#include <algorithm>
#include <utility>

#include "sse/control.h"

namespace freshet::server {
namespace {

constexpr std::chrono::milliseconds kWheelTick{250};
constexpr std::size_t kWheelSlots = 256;
constexpr std::chrono::milliseconds kDrainStep{20};
/// How long a stream's head may wait for the opening event, to be written with it: one write less is a fifth of what a
/// connection costs. Redis answers sooner, but in a storm of connections it has much to do, and so has the loop.
constexpr std::chrono::milliseconds kHeadPatience{100};
/// Marks come each second; without one for so long, Redis does not answer.
constexpr std::chrono::seconds kLateMark{2};
/// Clients that had to wait to be accepted have sent their requests by then, the others have not: when one has not, the
/// next so many are not expected to.
constexpr std::uint32_t kLooksMissed = 16;
/// Beyond the streams that are allowed, so many connections may ask and be sent away politely.
constexpr std::size_t kSpareConnections = 1024;
/// Requests of pipelines that are answered in one turn of the loop: each may have a signature to be verified.
constexpr std::size_t kWaitingAtOnce = 32;
/// When a client whose machine is gone is first asked for a sign of life.
constexpr std::chrono::seconds kKeepaliveIdle{60};
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
      budget_(shared.budget),
      random_(seed),
      wheel_(loop, kWheelTick, kWheelSlots),
      heartbeat_(sse::heartbeat()) {}

HttpServer::~HttpServer() = default;

base::Result<uv::Address> HttpServer::listen(const uv::Address& address, uv::ListenerOptions options) {
  return keep(uv::Listener::open(loop_, address, prepared(std::move(options)), accept_handler()));
}

base::Result<uv::Address> HttpServer::adopt(uv::Fd socket, uv::ListenerOptions options) {
  return keep(uv::Listener::adopt(loop_, std::move(socket), prepared(std::move(options)), accept_handler()));
}

uv::Listener::Handler HttpServer::accept_handler() {
  return [this](uv::Fd fd, uv::Peer peer) { accept(std::move(fd), std::move(peer)); };
}

uv::ListenerOptions HttpServer::prepared(uv::ListenerOptions options) {
  options.on_exhausted = [this] { ++statistics_.shed[Shed::kDescriptors]; };
  options.connections.no_delay = true;
  options.connections.send_buffer_bytes = settings_.write_buffer_bytes;
  options.connections.keepalive_idle = kKeepaliveIdle;
  return options;
}

base::Result<uv::Address> HttpServer::keep(base::Result<std::unique_ptr<uv::Listener>> listener) {
  if (!listener) return tl::unexpected(listener.error());
  listeners_.push_back(std::move(*listener));
  return listeners_.back()->bound();
}

void HttpServer::accept(uv::Fd fd, uv::Peer peer) {
  if (draining_) {
    ++statistics_.shed[Shed::kDraining];
    return;
  }
  if (connections_.size() >= settings_.connections + kSpareConnections) {
    ++statistics_.shed[Shed::kConnections];
    return;
  }
  auto& connection = connections_.add(*this, std::move(fd), std::move(peer));
  if (not_looking_ > 0) {
    --not_looking_;
    connection.begin_later();
  } else if (!connection.begin()) {
    not_looking_ = kLooksMissed;
  }
}

Reply HttpServer::reply_to(std::uint64_t number) {
  return [this, number](const http::Response& response) {
    if (auto* connection = connections_.find(number); connection != nullptr) connection->answer(response);
  };
}

Push HttpServer::push_to(std::uint64_t number) {
  return [this, number](const sse::FramePtr& frame) {
    auto* connection = connections_.find(number);
    return connection != nullptr && connection->push(frame);
  };
}

Visitor HttpServer::visitor(Caller caller, std::uint64_t number) {
  const auto subject = caller.subject;
  Visitor visitor(std::move(caller));
  if (!subject.empty()) visitor.take(user_streams_.add(subject, number));
  if (!subject.empty() && settings_.connections_per_user > 0) {
    visitor.take_user_place(quotas_.take(Quotas::user_key(subject)));
  }
  if (visitor.address() && settings_.connections_per_address > 0) {
    visitor.take_address_place(quotas_.take(Quotas::address_key(*visitor.address())));
  }
  return visitor;
}

std::unique_ptr<broker::Subscription> HttpServer::subscribe(const OpenStream& stream, EventStream& sink) {
  return hub_.subscribe(stream.channels, stream.cursor, sink);
}

std::chrono::milliseconds HttpServer::jittered_retry() {
  const auto retry = settings_.retry.count();
  return std::chrono::milliseconds(random_.between(retry * 3 / 4, retry * 5 / 4));
}

http::Response HttpServer::come_back_response(const std::vector<http::Header>& headers) {
  ++statistics_.outcomes["shed"];
  ++statistics_.shed[Shed::kDraining];
  return {200, headers, std::string(sse::retry(jittered_retry())->plain())};
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

void HttpServer::read_later(Connection& connection) {
  waiting_.push_back(connection.number());
  if (!waiting_timer_) waiting_timer_ = loop_.after({}, [this] { read_waiting(); });
}

void HttpServer::read_waiting() {
  waiting_timer_.reset();
  for (auto left = std::min(waiting_.size(), kWaitingAtOnce); left > 0; --left) {
    const auto number = waiting_.front();
    waiting_.pop_front();
    if (auto* connection = connections_.find(number); connection != nullptr) connection->read_kept();
  }
  if (!waiting_.empty()) waiting_timer_ = loop_.after({}, [this] { read_waiting(); });
}

void HttpServer::flush_soon(Connection& connection) {
  // While Redis is away, or silent, there is nothing to wait for.
  if (!hub_.subscriber_up() || !hub_.command_up() || hub_.mark_age() > kLateMark) return connection.stream_changed();
  fresh_.push_back({connection.number(), loop_.now()});
  if (!fresh_timer_) fresh_timer_ = loop_.after(kHeadPatience, [this] { flush_fresh(); });
}

void HttpServer::flush_fresh() {
  fresh_timer_.reset();
  const auto due = std::find_if(fresh_.begin(), fresh_.end(), [last = loop_.now() - kHeadPatience](const Fresh& fresh) {
    return fresh.since > last;
  });
  for (auto fresh = fresh_.begin(); fresh != due; ++fresh) {
    if (auto* connection = connections_.find(fresh->number); connection != nullptr) connection->flush_head();
  }
  fresh_.erase(fresh_.begin(), due);
  if (fresh_.empty()) return;
  fresh_timer_ = loop_.after(fresh_.front().since + kHeadPatience - loop_.now(), [this] { flush_fresh(); });
}

std::size_t HttpServer::end_streams_of_user(std::string_view user, std::optional<std::int64_t> issued_before) {
  std::size_t ended = 0;
  for (const auto number : user_streams_.of(user)) {
    auto* connection = connections_.find(number);
    if (connection == nullptr || !connection->streaming()) continue;
    const auto issued_at = connection->stream().visitor().issued_at();
    if (issued_before && issued_at && *issued_at >= *issued_before) continue;
    connection->end_stream(kRevoked);
    ++ended;
  }
  return ended;
}

std::size_t HttpServer::end_streams_on_channel(std::string_view channel) {
  if (hub_.view(channel).subscribers == 0) return 0;
  std::size_t ended = 0;
  connections_.for_each([&](Connection& connection) {
    if (!connection.streaming() || connection.stream().subscription() == nullptr) return;
    const auto channels = connection.stream().subscription()->channels();
    if (std::find(channels.begin(), channels.end(), channel) == channels.end()) return;
    connection.end_stream(kRevoked);
    ++ended;
  });
  return ended;
}

void HttpServer::drain(base::Duration period, std::function<void()> done) {
  if (draining_) return;
  draining_ = true;
  drained_ = std::move(done);
  for (const auto& listener : listeners_) {
    if (!listener->adopted()) listener->close();
  }
  connections_.for_each([this](Connection& connection) {
    connection.drain();
    if (connection.streaming()) to_end_.push_back(connection.number());
  });
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
    if (auto* connection = connections_.find(to_end_[ended_]); connection != nullptr) connection->end_stream("drain");
  }
  drain_timer_ = loop_.after(kDrainStep, [this] { end_next_streams(); });
}

void HttpServer::finish_drain() {
  const bool given_up = loop_.now() - drain_began_ > drain_period_ + settings_.request_timeout;
  if (!connections_.empty() && !given_up) return;
  drain_timer_.reset();
  listeners_.clear();
  const auto done = std::exchange(drained_, nullptr);
  done();
}

}  // namespace freshet::server
