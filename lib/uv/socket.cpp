#include "uv/socket.h"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <numeric>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <utility>
#include <uv.h>

#include "uv/errno_text.h"
#include "uv/loop.h"
#include "uv/make_handle.h"

namespace freshet::uv {

namespace {

/// How often in a row one socket may fill the read buffer before the others have their turn.
constexpr int kReadsPerTurn = 4;

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

ssize_t receive(int fd, std::span<char> into, int flags) {
  ssize_t taken = 0;
  do {
    taken = ::recv(fd, into.data(), into.size(), flags);
  } while (taken < 0 && errno == EINTR);
  return taken;
}

ssize_t send_pieces(int fd, std::span<const iovec> pieces) {
  msghdr message{};
  // sendmsg does not write to it; its type serves recvmsg too.
  message.msg_iov = const_cast<iovec*>(pieces.data());
  message.msg_iovlen = pieces.size();
  ssize_t taken = 0;
  do {
    taken = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (taken < 0 && errno == EINTR);
  return taken;
}

int pending_error(int fd) {
  int error = 0;
  socklen_t length = sizeof(error);
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) != 0) return errno;
  return error;
}

/// Options are wishes: a kernel that refuses one leaves a socket that still works.
void set_option(int fd, int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof(value)); }

template <class Unit>
int whole(base::Duration duration) {
  return static_cast<int>(std::clamp<std::int64_t>(std::chrono::ceil<Unit>(duration).count(), 1, INT_MAX));
}

Socket* owner_of(uv_poll_t* handle) { return static_cast<Socket*>(handle->data); }

}  // namespace

Socket::Socket(Loop& loop, Fd fd, Handler& handler) : loop_(loop), handler_(handler), fd_(std::move(fd)) {
  auto poll = make_poll(loop_, fd_.get(), this);
  if (!poll) {
    failure_ = loop_.after({}, [this, why = poll.error().message] { handler_.on_closed(why); });
    return;
  }
  poll_ = std::move(*poll);
  update_interest();
}

void Socket::read(bool on) {
  if (on) hangup_waits_ = false;
  reading_ = on;
  update_interest();
}

void Socket::watch_writable(bool on) {
  watching_writable_ = on;
  update_interest();
}

void Socket::update_interest() {
  if (poll_ == nullptr) return;
  int interest = watching_writable_ ? UV_WRITABLE : 0;
  if (reading_) {
    interest |= UV_READABLE;
  } else if (!hangup_waits_) {
    interest |= UV_DISCONNECT;
  }
  if (interest == interest_) return;
  interest_ = interest;
  must(uv_poll_start(poll_.get(), interest, &Socket::on_event), "socket");
}

void Socket::on_event(uv_poll_s* handle, int status, int events) {
  auto* self = owner_of(handle);
  if (self == nullptr) return;
  if (status < 0) {
    // libuv has stopped watching. A reader gets what came before the error first, and the error from recv.
    self->interest_ = 0;
    if (!self->reading_) {
      const int error = pending_error(self->fd_.get());
      return self->close(error == 0 ? "connection broken" : errno_text(error));
    }
    self->update_interest();
    return read_some(handle);
  }
  if ((events & UV_READABLE) != 0) {
    read_some(handle);
  } else if ((events & UV_DISCONNECT) != 0) {
    self->look_for_hangup();
  }
  // The handler may have destroyed the socket; the handle outlives it, and tells.
  self = owner_of(handle);
  if (self != nullptr && (events & UV_WRITABLE) != 0 && self->watching_writable_) self->handler_.on_writable();
}

void Socket::read_some(uv_poll_s* handle) {
  for (int reads = 0; reads < kReadsPerTurn; ++reads) {
    auto* self = owner_of(handle);
    if (self == nullptr || !self->reading_) return;
    const auto buffer = self->loop_.read_buffer();
    const ssize_t taken = receive(self->fd_.get(), buffer, 0);
    if (taken < 0 && would_block(errno)) return;
    if (taken <= 0) return self->close(taken == 0 ? "" : errno_text(errno));
    const auto size = static_cast<std::size_t>(taken);
    self->handler_.on_data({buffer.data(), size});
    if (size < buffer.size()) return;
  }
}

void Socket::look_for_hangup() {
  if (reading_) return;
  char next = 0;
  const ssize_t taken = receive(fd_.get(), {&next, 1}, MSG_PEEK | MSG_DONTWAIT);
  if (taken < 0 && would_block(errno)) return;
  if (taken <= 0) return close(taken == 0 ? "" : errno_text(errno));
  hangup_waits_ = true;
  update_interest();
}

void Socket::close(const std::string& why) {
  poll_.reset();
  interest_ = 0;
  handler_.on_closed(why);
}

base::Result<std::size_t> Socket::write(std::span<const iovec> pieces) {
  std::size_t written = 0;
  while (!pieces.empty()) {
    const auto batch = pieces.first(std::min<std::size_t>(pieces.size(), IOV_MAX));
    pieces = pieces.subspan(batch.size());
    const ssize_t taken = send_pieces(fd_.get(), batch);
    if (taken < 0 && would_block(errno)) return written;
    if (taken < 0) return base::fail(errno_text(errno));
    const auto size = static_cast<std::size_t>(taken);
    written += size;
    const auto wanted = std::accumulate(batch.begin(), batch.end(), std::size_t{0},
                                        [](std::size_t sum, const iovec& piece) { return sum + piece.iov_len; });
    if (size < wanted) return written;
  }
  return written;
}

base::Result<std::size_t> Socket::write(std::string_view bytes) {
  const iovec piece{const_cast<char*>(bytes.data()), bytes.size()};
  return write(std::span(&piece, 1));
}

void Socket::shutdown_write() { ::shutdown(fd_.get(), SHUT_WR); }

std::size_t Socket::unsent_bytes() const {
  int unsent = 0;
  if (::ioctl(fd_.get(), SIOCOUTQ, &unsent) != 0 || unsent < 0) return 0;
  return static_cast<std::size_t>(unsent);
}

void Socket::set_send_buffer(std::size_t size_bytes) {
  set_option(fd_.get(), SOL_SOCKET, SO_SNDBUF, static_cast<int>(std::min<std::size_t>(size_bytes, INT_MAX)));
}

void Socket::set_no_delay(bool on) { set_option(fd_.get(), IPPROTO_TCP, TCP_NODELAY, on ? 1 : 0); }

void Socket::set_keepalive(base::Duration idle, base::Duration interval, int count) {
  set_option(fd_.get(), SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd_.get(), IPPROTO_TCP, TCP_KEEPIDLE, whole<std::chrono::seconds>(idle));
  set_option(fd_.get(), IPPROTO_TCP, TCP_KEEPINTVL, whole<std::chrono::seconds>(interval));
  set_option(fd_.get(), IPPROTO_TCP, TCP_KEEPCNT, count);
}

void Socket::set_user_timeout(base::Duration timeout) {
  set_option(fd_.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, whole<std::chrono::milliseconds>(timeout));
}

}  // namespace freshet::uv
