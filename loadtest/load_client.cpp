#include "load_client.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace freshet::loadtest {
namespace {

constexpr int kStalledReceiveBuffer = 4096;
constexpr std::size_t kReadBytes = std::size_t{64} << 10U;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(EXIT_FAILURE);
}

}  // namespace

std::int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

LoadClient::LoadClient(const Target& target, Tally& tally, int epoll, bool stalled)
    : target_(target), tally_(tally), epoll_(epoll), stalled_(stalled) {
  connect();
}

LoadClient::~LoadClient() {
  if (fd_ >= 0) ::close(fd_);
}

void LoadClient::connect() {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) give_up("socket");
  if (stalled_) setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &kStalledReceiveBuffer, sizeof(kStalledReceiveBuffer));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(target_.port);
  inet_pton(AF_INET, target_.host.c_str(), &address.sin_addr);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) give_up("connect");
  std::string request =
      "GET " + target_.path + " HTTP/1.1\r\nHost: " + target_.host + "\r\nAccept: text/event-stream\r\n";
  if (!last_id_.empty()) request += "Last-Event-ID: " + last_id_ + "\r\n";
  request += "\r\n";
  if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    give_up("send");
  fcntl(fd_, F_SETFL, O_NONBLOCK);
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = this;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd_, &event) != 0) give_up("epoll_ctl");
  partial_.clear();
  block_id_.clear();
  block_name_.clear();
  block_data_.clear();
  opened_ = false;
}

void LoadClient::on_readable() {
  static thread_local std::array<char, kReadBytes> buffer;
  // A stalled client reads its opening, so that it is known to stand, and then no more.
  const auto wanted = stalled_ ? std::size_t{1024} : buffer.size();
  const auto got = ::recv(fd_, buffer.data(), wanted, 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    ++tally_.disconnects;
    ::close(fd_);
    return connect();
  }
  take(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
  if (stalled_ && opened_) epoll_ctl(epoll_, EPOLL_CTL_DEL, fd_, nullptr);
}

void LoadClient::wake() {
  if (!stalled_) return;
  stalled_ = false;
  timed_ = false;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = this;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, fd_, &event);
}

// The lines of a chunked body, chunk headers included: these are no fields that matter here.
void LoadClient::take(std::string_view bytes) {
  while (true) {
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos) {
      partial_ += bytes;
      return;
    }
    if (partial_.empty()) {
      take_line(bytes.substr(0, end));
    } else {
      partial_ += bytes.substr(0, end);
      take_line(partial_);
      partial_.clear();
    }
    bytes.remove_prefix(end + 1);
  }
}

// What a block says counts at its blank line: one that was cut off in the middle never came.
void LoadClient::take_line(std::string_view line) {
  if (line.starts_with("id: ")) {
    block_id_ = line.substr(4);
  } else if (line.starts_with("event: ")) {
    block_name_ = line.substr(7);
  } else if (line.starts_with("data: ")) {
    block_data_ = line.substr(6);
  } else if (line.empty()) {
    if (!block_id_.empty()) last_id_ = block_id_;
    if (block_name_ == "stream-reset") ++tally_.resets;
    if (block_name_.starts_with("stream-")) opened_ = true;
    if (block_name_.empty() && !block_data_.empty()) take_event(block_data_);
    block_id_.clear();
    block_name_.clear();
    block_data_.clear();
  }
}

void LoadClient::take_event(std::string_view data) {
  std::int64_t sequence = 0;
  std::int64_t sent_ns = 0;
  const auto* end = std::from_chars(data.data(), data.data() + data.size(), sequence).ptr;
  std::from_chars(end + 1, data.data() + data.size(), sent_ns);
  ++tally_.delivered;
  if (sequence == last_sequence_) ++tally_.twice;
  if (sequence < last_sequence_ || sequence > last_sequence_ + 1) ++tally_.out_of_order;
  last_sequence_ = sequence;
  if (timed_) tally_.latencies_us.push_back(static_cast<std::uint32_t>((now_ns() - sent_ns) / 1000));
}

}  // namespace freshet::loadtest
