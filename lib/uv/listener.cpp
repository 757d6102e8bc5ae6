#include "uv/listener.h"

#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <utility>
#include <uv.h>

#include "uv/errno_text.h"
#include "uv/loop.h"
#include "uv/make_handle.h"
#include "uv/socket_address.h"
#include "uv/socket_options.h"

namespace freshet::uv {

namespace {

constexpr auto kPause = std::chrono::milliseconds(100);

Fd open_reserve() { return Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

bool set_flag(const Fd& socket, int level, int option) {
  const int on = 1;
  return ::setsockopt(socket.get(), level, option, &on, sizeof(on)) == 0;
}

int flag_of(const Fd& socket, int option) {
  int value = -1;
  socklen_t length = sizeof(value);
  ::getsockopt(socket.get(), SOL_SOCKET, option, &value, &length);
  return value;
}

base::Result<Fd> bind_socket(const SocketAddress& address, bool reuse_port) {
  Fd socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return base::fail(errno_text(errno));
  const bool tcp = address.family() != AF_UNIX;
  const bool options_set = (!tcp || set_flag(socket, SOL_SOCKET, SO_REUSEADDR)) &&
                           (!tcp || !reuse_port || set_flag(socket, SOL_SOCKET, SO_REUSEPORT)) &&
                           (address.family() != AF_INET6 || set_flag(socket, IPPROTO_IPV6, IPV6_V6ONLY));
  if (!options_set || ::bind(socket.get(), address.raw(), address.length) != 0) return base::fail(errno_text(errno));
  return socket;
}

/// Whether accept failed because of this one connection (or a signal), so that the next may do better.
bool concerns_one_connection(int error) {
  switch (error) {
    case EINTR:
    case ECONNABORTED:
    case EPERM:
    case EPROTO:
    case ENOPROTOOPT:
    case EOPNOTSUPP:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENONET:
      return true;
    default:
      return false;
  }
}

Listener* owner_of(uv_poll_t* handle) { return static_cast<Listener*>(handle->data); }

}  // namespace

base::Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Address& address, Options options,
                                                       Handler handler) {
  const auto failed = [&](const base::Error& error) { return tl::unexpected(error.at("listen on " + address.text())); };
  const auto wanted = SocketAddress::from(address);
  if (!wanted) return failed({"not an IP address"});

  const bool is_unix = address.kind == Address::Kind::kUnix;
  if (is_unix) {
    if (const auto cleared = UnixSocketFile::clear_stale(address.path); !cleared) return failed(cleared.error());
  }
  auto socket = bind_socket(*wanted, options.reuse_port);
  if (!socket) return failed(socket.error());

  std::optional<UnixSocketFile> file;
  if (is_unix) {
    auto taken = UnixSocketFile::take(address.path);
    if (!taken) return failed(taken.error());
    file = std::move(*taken);
    // Before listen: nobody gets in while the umask's idea of the mode holds.
    if (::chmod(address.path.c_str(), options.unix_mode) != 0) return failed({errno_text(errno)});
  }
  if (::listen(socket->get(), options.backlog) != 0) return failed({errno_text(errno)});

  Address bound = SocketAddress::local_of(socket->get()).address();
  std::unique_ptr<Listener> listener(
      new Listener(loop, std::move(*socket), std::move(bound), std::move(options), std::move(handler)));
  listener->file_ = std::move(file);
  if (const auto watched = listener->watch(); !watched) return failed(watched.error());
  return listener;
}

base::Result<std::unique_ptr<Listener>> Listener::adopt(Loop& loop, Fd socket, Options options, Handler handler) {
  const std::string place = "listen on descriptor " + std::to_string(socket.get());
  if (flag_of(socket, SO_ACCEPTCONN) != 1 || flag_of(socket, SO_TYPE) != SOCK_STREAM) {
    return base::fail(place + ": not a stream socket that is listening");
  }
  if (::fcntl(socket.get(), F_SETFD, FD_CLOEXEC) != 0) return base::fail(place + ": " + errno_text(errno));
  Address bound = SocketAddress::local_of(socket.get()).address();
  std::unique_ptr<Listener> listener(
      new Listener(loop, std::move(socket), std::move(bound), std::move(options), std::move(handler)));
  listener->adopted_ = true;
  if (const auto watched = listener->watch(); !watched) return tl::unexpected(watched.error().at(place));
  return listener;
}

Listener::Listener(Loop& loop, Fd socket, Address bound, Options options, Handler handler)
    : loop_(loop),
      options_(std::move(options)),
      handler_(std::move(handler)),
      bound_(std::move(bound)),
      is_unix_(bound_.kind == Address::Kind::kUnix),
      socket_(std::move(socket)),
      reserve_(open_reserve()) {
  set_options();
}

Listener::~Listener() { close(); }

void Listener::set_options() {
  const auto& wanted = options_.connections;
  if (wanted.send_buffer_bytes > 0) set_send_buffer(socket_.get(), wanted.send_buffer_bytes);
  if (is_unix_) return;
  if (wanted.no_delay) set_no_delay(socket_.get(), true);
  if (wanted.keepalive_idle <= base::Duration::zero()) return;
  set_keepalive(socket_.get(), wanted.keepalive_idle, wanted.keepalive_interval, wanted.keepalive_count);
}

base::Result<void> Listener::watch() {
  auto poll = make_poll(loop_, socket_.get(), this);
  if (!poll) return tl::unexpected(poll.error());
  poll_ = std::move(*poll);
  must(uv_poll_start(poll_.get(), UV_READABLE, &Listener::on_readable), "listener");
  return {};
}

void Listener::close() {
  pause_.reset();
  poll_.reset();
  // The file first: whoever connects next shall find nothing rather than a refusal.
  file_.reset();
  socket_.reset();
  reserve_.reset();
}

void Listener::on_readable(uv_poll_s* handle, int /*status*/, int /*events*/) {
  auto* self = owner_of(handle);
  if (self == nullptr) return;
  auto handler = std::move(self->handler_);
  const bool exhausted = self->accept_batch(handle, handler);
  if (handle->data == nullptr) return;
  self->handler_ = std::move(handler);
  if (exhausted) self->shed_and_pause();
}

bool Listener::accept_batch(const uv_poll_s* handle, const Handler& handler) {
  const std::size_t batch = options_.batch;
  // The handler may destroy this; the handle outlives it, and tells.
  for (std::size_t i = 0; i < batch && handle->data != nullptr; ++i) {
    SocketAddress from;
    Fd connection(::accept4(socket_.get(), from.raw(), &from.length, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (connection) {
      // A unix socket is made by its client's call, and takes nothing from the one that listens.
      if (is_unix_ && options_.connections.send_buffer_bytes > 0) {
        set_send_buffer(connection.get(), options_.connections.send_buffer_bytes);
      }
      handler(std::move(connection), peer_of(from.storage));
    } else if (!concerns_one_connection(errno)) {
      return errno != EAGAIN;
    }
  }
  return false;
}

void Listener::shed_and_pause() {
  uv_poll_stop(poll_.get());
  if (reserve_) {
    reserve_.reset();
    const Fd shed(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }
  reserve_ = open_reserve();
  pause_ = loop_.after(kPause, [this] { resume(); });
  // A copy: the callback may destroy this.
  if (const auto on_exhausted = options_.on_exhausted; on_exhausted) on_exhausted();
}

void Listener::resume() {
  if (!reserve_) reserve_ = open_reserve();
  must(uv_poll_start(poll_.get(), UV_READABLE, &Listener::on_readable), "listener");
}

}  // namespace freshet::uv
