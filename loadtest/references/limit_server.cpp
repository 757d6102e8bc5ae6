#include "loadtest/references/limit_server.h"

#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <utility>

#include "loadtest/references/frame.h"

namespace freshet::loadtest {
namespace {

constexpr std::size_t kEventsPerTurn = 512;
constexpr int kAcceptsPerTurn = 64;
constexpr std::size_t kRequestBytes = 4096;
constexpr std::size_t kMostWaitingBytes = std::size_t{1} << 20U;
constexpr std::string_view kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\nTransfer-Encoding: "
    "chunked\r\n\r\n";
constexpr std::string_view kBadRequest = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// The value of `channel=` in the query; empty when there is none. The request must be complete.
std::string_view channel_of(std::string_view request) {
  constexpr std::string_view kParameter = "channel=";
  if (!request.starts_with("GET ") || !request.ends_with("\r\n\r\n")) return {};
  const auto line = request.substr(0, request.find(" HTTP/"));
  const auto at = line.find(kParameter);
  if (at == std::string_view::npos) return {};
  const auto value = line.substr(at + kParameter.size());
  return value.substr(0, value.find('&'));
}

}  // namespace

LimitServer::LimitServer(base::Fd listener, RedisFeed feed, Settings settings)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      listener_(std::move(listener)),
      feed_(std::move(feed)),
      settings_(std::move(settings)) {
  watch(listener_.get(), EPOLLIN, EPOLL_CTL_ADD);
  watch(feed_.fd(), EPOLLIN, EPOLL_CTL_ADD);
}

void LimitServer::watch(int fd, std::uint32_t events, int operation) const {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  ::epoll_ctl(epoll_.get(), operation, fd, &event);
}

void LimitServer::run() {
  const auto take = [this](std::string_view channel, std::string_view message) { take_message(channel, message); };
  std::array<epoll_event, kEventsPerTurn> events{};
  bool flushed = true;
  while (true) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      if (event.data.fd == listener_.get()) {
        accept_some();
      } else if (event.data.fd != feed_.fd()) {
        serve_client(event.data.fd, event.events);
      } else if ((event.events & ~std::uint32_t{EPOLLOUT}) != 0) {
        if (!feed_.read(take)) return;
        send_batches();
      }
    }
    if (const bool all = feed_.flush(); all != std::exchange(flushed, all))
      watch(feed_.fd(), all ? EPOLLIN : EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  }
}

void LimitServer::accept_some() {
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    const int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    if (const int bytes = settings_.accepted_send_buffer; bytes > 0)
      ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    watch(fd, EPOLLIN, EPOLL_CTL_ADD);
  }
}

void LimitServer::serve_client(int fd, std::uint32_t events) {
  if ((events & EPOLLOUT) != 0) send_waiting(fd);
  if ((events & ~std::uint32_t{EPOLLOUT}) == 0) return;
  std::array<char, kRequestBytes> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): recv fills it
  const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return close(fd);
  if (!subscribers_.has(fd)) open_stream(fd, {buffer.data(), static_cast<std::size_t>(got)});
}

void LimitServer::open_stream(int fd, std::string_view request) {
  const auto channel = channel_of(request);
  if (channel.empty()) {
    ::send(fd, kBadRequest.data(), kBadRequest.size(), MSG_NOSIGNAL);
    return close(fd);
  }
  name_ = settings_.prefix;
  name_ += channel;
  auto number = subscribers_.find(name_);
  if (number == Subscribers::kNone) {
    number = subscribers_.find_or_add(name_);
    feed_.subscribe(name_);
  }
  subscribers_.add(fd, number);
  send_to(fd, kHead);
}

void LimitServer::take_message(std::string_view channel, std::string_view message) {
  name_ = channel;
  const auto number = subscribers_.find(name_);
  if (number == Subscribers::kNone) return;
  if (!settings_.coalescing) {
    frame_.clear();
    append_chunk(message, frame_);
    return send_to_all(number, frame_);
  }
  const auto index = static_cast<std::size_t>(number);
  if (batch_of_channel_.size() <= index) batch_of_channel_.resize(index + 1);
  auto place = batch_of_channel_[index];
  if (place >= batch_count_ || batches_[place].channel != number) {
    place = batch_of_channel_[index] = batch_count_++;
    if (batches_.size() < batch_count_) batches_.emplace_back();
    batches_[place].channel = number;
    batches_[place].bytes.clear();
  }
  append_chunk(message, batches_[place].bytes);
}

void LimitServer::send_batches() {
  for (std::size_t i = 0; i < batch_count_; ++i) send_to_all(batches_[i].channel, batches_[i].bytes);
  batch_count_ = 0;
}

void LimitServer::send_to_all(std::int32_t channel, std::string_view bytes) {
  for (int fd = subscribers_.first(channel); fd != Subscribers::kNone;) {
    const int next = subscribers_.next(fd);
    send_to(fd, bytes);
    fd = next;
  }
}

void LimitServer::send_to(int fd, std::string_view bytes) {
  if (!waiting_.empty()) {
    if (const auto found = waiting_.find(fd); found != waiting_.end()) {
      found->second += bytes;
      if (found->second.size() > kMostWaitingBytes) close(fd);
      return;
    }
  }
  const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(bytes.size())) return;
  if (sent < 0 && errno != EAGAIN) return;  // epoll tells of its end
  waiting_.emplace(fd, bytes.substr(sent < 0 ? 0 : static_cast<std::size_t>(sent)));
  watch(fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

void LimitServer::send_waiting(int fd) {
  const auto found = waiting_.find(fd);
  if (found == waiting_.end()) return;
  const auto sent = ::send(fd, found->second.data(), found->second.size(), MSG_NOSIGNAL);
  if (sent < 0) return;
  found->second.erase(0, static_cast<std::size_t>(sent));
  if (!found->second.empty()) return;
  waiting_.erase(found);
  watch(fd, EPOLLIN, EPOLL_CTL_MOD);
}

void LimitServer::close(int fd) {
  subscribers_.remove(fd);
  waiting_.erase(fd);
  ::close(fd);
}

}  // namespace freshet::loadtest
