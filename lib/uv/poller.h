#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <sys/epoll.h>
#include <vector>

#include "base/clock.h"
#include "uv/fd.h"
#include "uv/handle.h"

namespace freshet::uv {

class Loop;
class Socket;

/// Watches the sockets: an epoll set of their own, which the loop sees as one descriptor. A socket in it costs no
/// memory besides the kernel's, and no call but the one that puts it in; a handle of libuv's for each would cost 180
/// bytes and be told of each change. Private to this room; owned by the loop, which it keeps running while a socket is
/// watched.
class Poller {
 public:
  explicit Poller(Loop& loop);
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Reports `events` (EPOLLIN, …; level-triggered) of `fd` to the socket from now on. False, with errno: refused.
  [[nodiscard]] bool add(int fd, std::uint32_t events, Socket& socket);
  /// Tells a socket that was refused on the next turn.
  void fail(Socket& socket, int error);
  void change(int fd, std::uint32_t events, Socket& socket);
  /// What was reported in this turn and not told yet is forgotten too.
  void remove(int fd, const Socket& socket);
  /// The same for a socket whose descriptor is closed right after.
  void forget(const Socket& socket);
  void forget_failed(const Socket& socket);

  /// Whether the socket that is being told of its events is still watched.
  [[nodiscard]] bool still_serving() const { return serving_ != nullptr; }
  /// For a socket that serves itself, outside of the poller's own round.
  void begin_serving(const Socket& socket) { serving_ = &socket; }
  void end_serving() { serving_ = nullptr; }
  /// It is told nothing more, or is destroyed.
  void end_serving(const Socket& socket) {
    if (serving_ == &socket) serving_ = nullptr;
  }

 private:
  struct Failed {
    Socket* socket;
    int error;
  };

  static void on_ready(uv_poll_s* handle, int status, int events);
  void serve();
  void tell_failed();

  Loop& loop_;
  Fd epoll_;
  Handle<uv_poll_s> poll_;
  std::vector<epoll_event> ready_;
  std::span<epoll_event> waiting_;  ///< of the ready ones, those not told yet
  const Socket* serving_ = nullptr;
  std::size_t watched_ = 0;
  std::vector<Failed> failed_;
  std::unique_ptr<base::Timer> failure_;
};

}  // namespace freshet::uv
