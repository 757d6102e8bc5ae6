#include "uv/socket.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <linux/sockios.h>
#include <numeric>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <utility>

#include "uv/errno_text.h"
#include "uv/loop.h"
#include "uv/poller.h"
#include "uv/socket_options.h"

namespace freshet::uv {

namespace {

/// How often in a row one socket may fill the read buffer before the others have their turn.
constexpr int kReadsPerTurn = 4;
/// Pieces of up to so many bytes are better sent as one.
constexpr std::size_t kSmallPiece = 512;
constexpr std::size_t kJoinedBytes = 4096;

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

ssize_t receive(int fd, std::span<char> into, int flags) {
  ssize_t taken = 0;
  do {
    taken = ::recv(fd, into.data(), into.size(), flags);
  } while (taken < 0 && errno == EINTR);
  return taken;
}

ssize_t send_piece(int fd, const iovec& piece) {
  ssize_t taken = 0;
  do {
    taken = ::send(fd, piece.iov_base, piece.iov_len, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (taken < 0 && errno == EINTR);
  return taken;
}

/// Puts small pieces into `buffer`, one behind the other; false when they do not fit or are not small. The kernel
/// takes one of them in less time than it takes to look at several.
bool join(std::span<const iovec> pieces, std::span<char> buffer, iovec& joined) {
  std::size_t size = 0;
  for (const auto& piece : pieces) {
    if (piece.iov_len > kSmallPiece || size + piece.iov_len > buffer.size()) return false;
    std::memcpy(buffer.data() + size, piece.iov_base, piece.iov_len);
    size += piece.iov_len;
  }
  joined = {buffer.data(), size};
  return true;
}

ssize_t send_pieces(int fd, std::span<const iovec> pieces) {
  if (pieces.size() == 1) return send_piece(fd, pieces.front());
  std::array<char, kJoinedBytes> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): join fills it
  if (iovec joined{}; join(pieces, buffer, joined)) return send_piece(fd, joined);
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

}  // namespace

Socket::Socket(Loop& loop, Fd fd, Handler& handler) : loop_(loop), handler_(handler), fd_(std::move(fd)) {
  update_interest();
}

Socket::Socket(Loop& loop, Fd fd, Handler& handler, Accepted /*accepted*/)
    : loop_(loop), handler_(handler), fd_(std::move(fd)), reading_(true), accepted_(true) {}

Socket::~Socket() { drop(); }

void Socket::read(bool on) {
  if (on) hangup_waits_ = false;
  reading_ = on && !ended_;
  update_interest();
}

bool Socket::read_at_once() {
  Poller& poller = loop_.poller();
  poller.begin_serving(*this);
  const bool something = read_some(poller);
  if (poller.still_serving()) update_interest();
  poller.end_serving();
  return something;
}

void Socket::watch_writable(bool on) {
  watching_writable_ = on;
  update_interest();
}

void Socket::stop() {
  if (closed_) loop_.poller().forget_failed(*this);
  closed_ = true;
  loop_.poller().end_serving(*this);
  if (std::exchange(interest_, std::uint16_t{0}) != 0) loop_.poller().remove(fd_.get(), *this);
}

void Socket::drop() {
  if (closed_) loop_.poller().forget_failed(*this);
  closed_ = true;
  loop_.poller().end_serving(*this);
  // With the descriptor the kernel forgets what it watched: nobody else has it.
  if (std::exchange(interest_, std::uint16_t{0}) != 0) loop_.poller().forget(*this);
  fd_.reset();
}

void Socket::update_interest() {
  if (closed_) return;
  std::uint32_t wanted = 0;
  if (watching_writable_) wanted |= EPOLLOUT;
  if (reading_) {
    wanted |= EPOLLIN;
  } else if (!hangup_waits_ && !ended_) {
    wanted |= EPOLLRDHUP;
  }
  const auto before = std::exchange(interest_, static_cast<std::uint16_t>(wanted));
  if (interest_ == before) return;
  Poller& poller = loop_.poller();
  if (before == 0) {
    if (poller.add(fd_.get(), wanted, *this)) return;
    interest_ = 0;
    closed_ = true;
    poller.fail(*this, errno);
  } else if (wanted == 0) {
    poller.remove(fd_.get(), *this);  // or an error or a hang-up, which cannot be left out, would be told for ever
  } else {
    poller.change(fd_.get(), wanted, *this);
  }
}

void Socket::on_ready(std::uint32_t events) {
  const Poller& poller = loop_.poller();
  if (reading_) {
    if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) read_some(poller);
  } else if ((events & EPOLLERR) != 0) {
    const int error = pending_error(fd_.get());
    return close(error == 0 ? ECONNABORTED : error);  // 0: somebody has taken the error away
  } else if (!ended_ && (events & (EPOLLRDHUP | EPOLLHUP)) != 0) {
    look_for_hangup();
  }
  // The handler may have destroyed this; the poller tells.
  if (!poller.still_serving()) return;
  if (watching_writable_ && (events & (EPOLLOUT | EPOLLHUP)) != 0) handler_.on_writable();
}

void Socket::on_failed(int error) { handler_.on_closed(error); }

bool Socket::read_some(const Poller& poller) {
  const auto buffer = loop_.read_buffer().first(accepted_ ? kAcceptedReadBytes : loop_.read_buffer().size());
  for (int reads = 0; reads < kReadsPerTurn; ++reads) {
    const ssize_t taken = receive(fd_.get(), buffer, MSG_DONTWAIT);
    if (taken < 0 && would_block(errno)) return reads > 0;
    if (taken <= 0) {
      close(taken == 0 ? 0 : errno);
      return true;
    }
    const auto size = static_cast<std::size_t>(taken);
    handler_.on_data({buffer.data(), size});
    if (size < buffer.size() || !poller.still_serving() || !reading_) return true;
  }
  return true;
}

void Socket::look_for_hangup() {
  char next = 0;
  const ssize_t taken = receive(fd_.get(), {&next, 1}, MSG_PEEK | MSG_DONTWAIT);
  if (taken < 0 && would_block(errno)) return;
  if (taken <= 0) return close(taken == 0 ? 0 : errno);
  hangup_waits_ = true;
  update_interest();
}

void Socket::close(int error) {
  reading_ = false;
  if (error == 0) {
    ended_ = true;
  } else {
    closed_ = true;
  }
  const Poller& poller = loop_.poller();
  handler_.on_closed(error);
  // Mostly the handler has dropped or destroyed it, and the kernel need not be asked to stop watching.
  if (!poller.still_serving()) return;
  if (error == 0) return update_interest();
  stop();
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

void Socket::set_send_buffer(std::size_t size_bytes) { uv::set_send_buffer(fd_.get(), size_bytes); }

void Socket::set_no_delay(bool on) { uv::set_no_delay(fd_.get(), on); }

void Socket::set_keepalive(base::Duration idle, base::Duration interval, int count) {
  uv::set_keepalive(fd_.get(), idle, interval, count);
}

void Socket::set_user_timeout(base::Duration timeout) { uv::set_user_timeout(fd_.get(), timeout); }

}  // namespace freshet::uv
