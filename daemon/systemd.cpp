#include "systemd.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

// sd_notify(3) and sd_listen_fds(3) describe both protocols and promise that they stay. Spoken here: the library would
// bring a dozen others into the process.
namespace freshet::systemd {
namespace {

/// The first of the sockets that are passed.
constexpr int kFirstFd = 3;

std::optional<std::string> take_variable(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread, at start
  if (value == nullptr) return std::nullopt;
  std::string copy(value);
  unsetenv(name);  // NOLINT(concurrency-mt-unsafe): one thread, at start
  return copy;
}

void notify(std::string_view state) {
  const char* place = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  if (place == nullptr) return;
  const std::string_view path(place);
  sockaddr_un address{};
  if (path.size() < 2 || path.size() >= sizeof(address.sun_path)) return;
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  if (path.front() == '@') address.sun_path[0] = '\0';  // an abstract one
  const uv::Fd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length);
}

}  // namespace

std::vector<PassedSocket> passed_sockets() {
  const auto pid = take_variable("LISTEN_PID");
  const auto count = take_variable("LISTEN_FDS");
  const std::string names = take_variable("LISTEN_FDNAMES").value_or("");
  std::vector<PassedSocket> sockets;
  if (!pid || !count || base::parse_decimal(*pid) != static_cast<std::uint64_t>(getpid())) return sockets;
  std::string_view rest(names);
  const auto passed = static_cast<int>(std::min<std::uint64_t>(base::parse_decimal(*count).value_or(0), 1024));
  for (int i = 0; i < passed; ++i) {
    const auto end = std::min(rest.find(':'), rest.size());
    sockets.push_back({uv::Fd(kFirstFd + i), std::string(rest.substr(0, end))});
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return sockets;
}

void notify_ready() { notify("READY=1"); }

void notify_reloading() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(us));
}

void notify_stopping() { notify("STOPPING=1"); }

}  // namespace freshet::systemd
