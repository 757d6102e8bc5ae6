#include "systemd.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/text.h"

// The manual pages describe the protocols and promise that they stay. Spoken here: the library would
// bring a dozen others into the process.
namespace freshet::systemd {
namespace {

/// The first of the sockets that are passed.
constexpr int kFirstFd = 3;
constexpr timeval kPatience{1, 0};
constexpr std::size_t kMaxStatusBytes = 300;
/// More is as good as no watchdog, and more than durations hold is none at all.
constexpr std::uint64_t kMaxWatchdogUs = std::uint64_t{1} << 50U;

std::optional<std::string> take_variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread, at start
  if (value == nullptr) return std::nullopt;
  std::string copy(value);
  unsetenv(name);  // NOLINT(concurrency-mt-unsafe): one thread, at start
  return copy;
}

std::uint64_t take_number(const char* name) {
  return base::parse_decimal(take_variable(name).value_or("")).value_or(0);
}

std::string status_line(std::string_view status) { return "STATUS=" + base::printable(status, kMaxStatusBytes); }

}  // namespace

base::Result<std::vector<PassedSocket>> passed_sockets() {
  const auto pid = take_variable("LISTEN_PID");
  const auto count = take_variable("LISTEN_FDS");
  const std::string names = take_variable("LISTEN_FDNAMES").value_or("");
  std::vector<PassedSocket> sockets;
  if (!pid || !count || base::parse_decimal(*pid) != static_cast<std::uint64_t>(getpid())) return sockets;
  std::string_view rest(names);
  const auto passed = static_cast<int>(std::min<std::uint64_t>(base::parse_decimal(*count).value_or(0), 1024));
  for (int i = 0; i < passed; ++i) {
    const int fd = kFirstFd + i;
    if (::fcntl(fd, F_GETFD) < 0) {  // NOLINT(cppcoreguidelines-pro-type-vararg)
      return base::fail("LISTEN_FDS=" + *count + ", but descriptor " + std::to_string(fd) + " is not open");
    }
    const auto end = std::min(rest.find(':'), rest.size());
    sockets.push_back({uv::Fd(fd), std::string(rest.substr(0, end))});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return sockets;
}

Notifier::Notifier() {
  const auto path = take_variable("NOTIFY_SOCKET").value_or("");
  const auto watchdog_us = take_number("WATCHDOG_USEC");
  const auto watched = take_variable("WATCHDOG_PID");
  if (path.size() < 2 || path.size() >= sizeof(address_.sun_path)) return;
  if (path.front() != '/' && path.front() != '@') return;
  address_.sun_family = AF_UNIX;
  path.copy(address_.sun_path, path.size());
  if (path.front() == '@') address_.sun_path[0] = '\0';  // an abstract one
  length_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  socket_.reset(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket_) return;
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
  const bool is_for_us = !watched || base::parse_decimal(*watched) == static_cast<std::uint64_t>(getpid());
  if (is_for_us && watchdog_us <= kMaxWatchdogUs) watchdog_ = base::Duration(watchdog_us);
}

void Notifier::send(std::string_view state, int flags) const {
  if (!socket_) return;
  // Not connected: the manager may have made its socket anew.
  ::sendto(socket_.get(), state.data(), state.size(), MSG_NOSIGNAL | flags,
           reinterpret_cast<const sockaddr*>(&address_), length_);
}

void Notifier::ready(std::string_view status) const { send("READY=1\n" + status_line(status), 0); }

void Notifier::reloading() const {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(us), 0);
}

void Notifier::stopping(std::string_view status) const { send("STOPPING=1\n" + status_line(status), 0); }

void Notifier::status(std::string_view status) const { send(status_line(status), MSG_DONTWAIT); }

void Notifier::alive() const { send("WATCHDOG=1", MSG_DONTWAIT); }

void Notifier::extend_timeout(base::Duration time, std::string_view status) const {
  send("EXTEND_TIMEOUT_USEC=" + std::to_string(time.count()) + "\n" + status_line(status), MSG_DONTWAIT);
}

}  // namespace freshet::systemd
