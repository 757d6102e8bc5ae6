#include "uv/poller.h"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <uv.h>

#include "uv/loop.h"
#include "uv/make_handle.h"
#include "uv/socket.h"

namespace freshet::uv {

namespace {

/// How many sockets are served before the loop looks at everything else and writes out.
constexpr std::size_t kBatch = 256;

Fd make_epoll() {
  Fd epoll(::epoll_create1(EPOLL_CLOEXEC));
  must(epoll ? 0 : -errno, "epoll set");
  return epoll;
}

}  // namespace

Poller::Poller(Loop& loop)
    : loop_(loop),
      epoll_(make_epoll()),
      poll_(make_handle<uv_poll_t>(this, "epoll set",
                                   [&](uv_poll_t* handle) { return uv_poll_init(loop.raw(), handle, epoll_.get()); })),
      ready_(kBatch) {}

Poller::~Poller() = default;

bool Poller::add(int fd, std::uint32_t events, Socket& socket) {
  epoll_event event{events, {&socket}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return false;
  if (watched_++ == 0) must(uv_poll_start(poll_.get(), UV_READABLE, &Poller::on_ready), "epoll set");
  return true;
}

void Poller::change(int fd, std::uint32_t events, Socket& socket) {
  epoll_event event{events, {&socket}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &event);
}

void Poller::remove(int fd, const Socket& socket) {
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  forget(socket);
}

void Poller::forget(const Socket& socket) {
  for (auto& event : waiting_) {
    if (event.data.ptr == &socket) event.data.ptr = nullptr;
  }
  if (--watched_ == 0) uv_poll_stop(poll_.get());
}

void Poller::fail(Socket& socket, int error) {
  failed_.push_back({&socket, error});
  if (!failure_) failure_ = loop_.after({}, [this] { tell_failed(); });
}

void Poller::forget_failed(const Socket& socket) {
  std::erase_if(failed_, [&](const Failed& failed) { return failed.socket == &socket; });
}

void Poller::tell_failed() {
  failure_.reset();
  while (!failed_.empty()) {
    const auto [socket, error] = failed_.back();
    failed_.pop_back();
    socket->on_failed(error);
  }
}

void Poller::on_ready(uv_poll_s* handle, int /*status*/, int /*events*/) {
  if (handle->data != nullptr) static_cast<Poller*>(handle->data)->serve();
}

void Poller::serve() {
  const int count = ::epoll_wait(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()), 0);
  waiting_ = std::span(ready_).first(static_cast<std::size_t>(std::max(count, 0)));
  while (!waiting_.empty()) {
    const epoll_event event = waiting_.front();
    waiting_ = waiting_.subspan(1);
    auto* socket = static_cast<Socket*>(event.data.ptr);
    if (socket == nullptr) continue;
    serving_ = socket;
    socket->on_ready(event.events);
  }
  serving_ = nullptr;
}

}  // namespace freshet::uv
