#pragma once

#include <string>
#include <string_view>
#include <sys/un.h>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "uv/fd.h"

/// What freshetd and its service manager say to each other: sd_listen_fds(3), sd_notify(3) and sd_watchdog_enabled(3).
/// All of it does nothing when there is no service manager.
namespace freshet::systemd {

/// A listening socket that systemd has passed (systemd.socket(5)).
struct PassedSocket {
  uv::Fd fd;
  std::string name;  ///< FileDescriptorName=
};

/// The sockets that were passed; at the first call only, which comes before this process opens anything that it keeps:
/// a wrong count would name that as well. An error when one of those that were announced is not there.
base::Result<std::vector<PassedSocket>> passed_sockets();

/// Tells the service manager how the daemon is. Its socket is open from the start: a daemon that has no descriptor left
/// must still be able to say that it is alive. ServiceReport owns it.
class Notifier {
 public:
  /// Takes $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID out of the environment.
  Notifier();

  /// Whether anybody listens.
  [[nodiscard]] bool present() const { return socket_.open(); }
  /// How long the manager goes without a word from alive() before it kills the daemon; zero: forever.
  [[nodiscard]] base::Duration watchdog() const { return watchdog_; }

  // Each of these waits for up to a second while the manager takes nothing. `status` is a line for `systemctl status`;
  // what is not printable in it is replaced.
  void ready(std::string_view status) const;
  /// Between this and ready() the configuration is being read.
  void reloading() const;
  void stopping(std::string_view status) const;

  // These never wait: what the manager does not take at once is lost, and said again later.
  void status(std::string_view status) const;
  void alive() const;
  /// Starting or stopping takes longer: the next word comes within `time`.
  void extend_timeout(base::Duration time, std::string_view status) const;

 private:
  void send(std::string_view state, int flags) const;

  uv::Fd socket_;
  sockaddr_un address_{};
  socklen_t length_ = 0;
  base::Duration watchdog_{};
};

}  // namespace freshet::systemd
