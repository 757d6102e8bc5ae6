#include "uv/socket_options.h"

#include <algorithm>
#include <climits>
#include <cstdint>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace freshet::uv {

namespace {

void set_option(int fd, int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof(value)); }

template <class Unit>
int whole(base::Duration duration) {
  return static_cast<int>(std::clamp<std::int64_t>(std::chrono::ceil<Unit>(duration).count(), 1, INT_MAX));
}

}  // namespace

void set_send_buffer(int fd, std::size_t size_bytes) {
  set_option(fd, SOL_SOCKET, SO_SNDBUF, static_cast<int>(std::min<std::size_t>(size_bytes, INT_MAX)));
}

void set_no_delay(int fd, bool on) { set_option(fd, IPPROTO_TCP, TCP_NODELAY, on ? 1 : 0); }

void set_keepalive(int fd, base::Duration idle, base::Duration interval, int count) {
  set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, whole<std::chrono::seconds>(idle));
  set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, whole<std::chrono::seconds>(interval));
  set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, count);
}

void set_user_timeout(int fd, base::Duration timeout) {
  set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, whole<std::chrono::milliseconds>(timeout));
}

}  // namespace freshet::uv
