#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <sys/uio.h>

#include "base/clock.h"
#include "base/error.h"
#include "uv/fd.h"

namespace freshet::uv {

class Loop;
class Poller;

/// A connected stream socket, TCP or unix. Nothing is copied or queued here: bytes are read into the loop's buffer, and
/// written straight from the caller's memory as far as the kernel takes them. Owned by the connection that handles its
/// events; keeps the loop running while something is watched.
class Socket {
 public:
  /// What the owner does about events. Called from the loop only, never from inside a method of the socket. Each may
  /// destroy the socket.
  class Handler {
   public:
    /// Bytes have come; valid during the call. Only while reading is on.
    virtual void on_data(std::string_view bytes) = 0;
    /// 0: the other side has closed its half, behind all that it sent. That ends reading only: what is written may
    /// still arrive, and `watch_writable` serves as before. Otherwise the connection is broken, as `error` (an errno)
    /// says. Each comes once; nothing comes after an error.
    virtual void on_closed(int error) = 0;
    /// The kernel takes bytes again. Comes each turn while it is watched for.
    virtual void on_writable() = 0;

   protected:
    ~Handler() = default;
  };

  /// Takes over a connected socket, and never blocks on it. Only a hang-up is watched for until `read`. Should the
  /// kernel refuse to watch it, `on_closed` says so on the next turn. Loop and handler must outlive the socket.
  Socket(Loop& loop, Fd fd, Handler& handler);
  /// The same for a client's socket that was just accepted: nothing is watched before `read_at_once` or `read`, and it
  /// is read in pieces of up to `kAcceptedReadBytes`, which is what its owner may have to keep.
  struct Accepted {};
  static constexpr std::size_t kAcceptedReadBytes = std::size_t{16} << 10U;
  Socket(Loop& loop, Fd fd, Handler& handler, Accepted accepted);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  /// On: `on_data` is called with what comes, then `on_closed`. Off: bytes stay in the kernel and push back on the
  /// sender; a hang-up is still noticed, at once if nothing lies unread before it. Behind the end it does nothing.
  void read(bool on);
  /// Tells what has come already, right from inside this call, and reads on after that: most clients have sent their
  /// request by the time when they are accepted, and asking the kernel to tell of it would only cost. From the loop
  /// only, and not from a socket's handler.
  /// False: nothing had come.
  bool read_at_once();
  void watch_writable(bool on);
  /// The other side's end has been told.
  [[nodiscard]] bool ended() const { return ended_; }
  /// Ends the connection, whatever was written and has not arrived; nothing more is told.
  void drop();
  /// Sends what the kernel takes now and says how much that was; 0: nothing, watch for writable. An error means that
  /// the connection is broken; it is for the caller to drop the socket. Never raises SIGPIPE.
  [[nodiscard]] base::Result<std::size_t> write(std::span<const iovec> pieces);
  [[nodiscard]] base::Result<std::size_t> write(std::string_view bytes);
  /// Ends the sending half: the other side reads to the end of what was written. Errors show as `on_closed`.
  void shutdown_write();

  /// What was written and the other side has not acknowledged (TCP) or read (unix; counted with the kernel's overhead).
  [[nodiscard]] std::size_t unsent_bytes() const;
  /// How much the kernel holds for writing; it doubles the number for its own overhead, and limits it to wmem_max.
  void set_send_buffer(std::size_t size_bytes);
  /// The following are for TCP, and do nothing to a unix socket.
  void set_no_delay(bool on);
  /// Probes after `idle` without traffic, then each `interval`; `count` unanswered ones break the connection. Seconds
  /// are the finest step.
  void set_keepalive(base::Duration idle, base::Duration interval, int count);
  /// Breaks the connection when sent bytes stay unacknowledged for this long; milliseconds.
  void set_user_timeout(base::Duration timeout);

  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  friend class Poller;

  void on_ready(std::uint32_t events);
  void on_failed(int error);
  /// False: there was nothing.
  bool read_some(const Poller& poller);
  void look_for_hangup();
  void update_interest();
  /// The other side has closed its half, or (`error`) the connection is broken.
  void close(int error);
  void stop();

  Loop& loop_;
  Handler& handler_;
  Fd fd_;
  /// What the poller watches for now; 0: it does not know this socket.
  std::uint16_t interest_ = 0;
  bool reading_ : 1 = false;
  bool watching_writable_ : 1 = false;
  /// A hang-up was seen while bytes lie unread before it: it is not watched for until reading is on again.
  bool hangup_waits_ : 1 = false;
  bool accepted_ : 1 = false;
  bool ended_ : 1 = false;
  bool closed_ : 1 = false;
};

}  // namespace freshet::uv
