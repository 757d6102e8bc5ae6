#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "base/error.h"
#include "uv/address.h"
#include "uv/fd.h"
#include "uv/handle.h"
#include "uv/peer.h"
#include "uv/unix_socket_file.h"

namespace freshet::uv {

class Loop;

/// What accepted connections are born with: they take the options from the socket that listens, which saves the calls
/// to set them one by one. See Socket for what they mean.
struct ConnectionOptions {
  /// 0: as much as the system gives.
  std::size_t send_buffer_bytes = 0;
  bool no_delay = false;
  /// Of zero: no probes.
  base::Duration keepalive_idle{};
  base::Duration keepalive_interval = std::chrono::seconds(15);
  int keepalive_count = 4;
};

struct ListenerOptions {
  int backlog = 65535;
  /// Lets several processes listen on the same TCP port; the kernel spreads the connections.
  bool reuse_port = false;
  /// Access to a unix socket's file.
  unsigned unix_mode = 0660;
  /// How many connections are taken per turn of the loop before others have theirs.
  std::size_t batch = 64;
  ConnectionOptions connections{};
  /// Called when descriptors or memory have run out: one connection was shed, and nothing is accepted for 100 ms.
  /// May destroy the listener.
  std::function<void()> on_exhausted;
};

/// Accepts connections on one address and hands them on as non-blocking, close-on-exec descriptors. Owned by the
/// server; keeps the loop running while it is open. Handlers run from the loop only and may close or destroy it.
class Listener {
 public:
  using Options = ListenerOptions;
  using Handler = std::function<void(Fd, Peer)>;

  /// Binds and listens. A unix socket's file that nobody listens on any more is replaced; a live one, or a file that is
  /// no socket, is an error. Errors read `listen on ADDRESS: reason`. The loop must outlive the listener.
  static base::Result<std::unique_ptr<Listener>> open(Loop& loop, const Address& address, Options options,
                                                      Handler handler);
  /// Takes over a stream socket that is listening already, as systemd passes them. Its file is not removed at the end.
  static base::Result<std::unique_ptr<Listener>> adopt(Loop& loop, Fd socket, Options options, Handler handler);

  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Where it listens, with the real port where 0 was asked for.
  [[nodiscard]] Address bound() const { return bound_; }
  /// Stops listening and removes the file of a unix socket that this listener made (unless another process has replaced
  /// it since). Connections that wait in the backlog are reset.
  void close();
  [[nodiscard]] bool is_open() const { return socket_.open(); }
  /// Whether it was taken over: then others hold the socket too, and clients can connect also once this is closed.
  [[nodiscard]] bool adopted() const { return adopted_; }

 private:
  Listener(Loop& loop, Fd socket, Address bound, Options options, Handler handler);

  static void on_readable(uv_poll_s* handle, int status, int events);
  [[nodiscard]] base::Result<void> watch();
  void set_options();
  /// True when descriptors or memory have run out.
  [[nodiscard]] bool accept_batch(const uv_poll_s* handle, const Handler& handler);
  void shed_and_pause();
  void resume();

  Loop& loop_;
  Options options_;
  Handler handler_;
  Address bound_;
  bool is_unix_;
  bool adopted_ = false;
  Fd socket_;
  std::optional<UnixSocketFile> file_;
  /// Given up for a moment to take, and close, a connection that no descriptor is left for.
  Fd reserve_;
  Handle<uv_poll_s> poll_;
  std::unique_ptr<base::Timer> pause_;
};

}  // namespace freshet::uv
