#include "loadtest/endpoint.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

namespace freshet::loadtest {
namespace {

constexpr int kBacklog = 65535;
constexpr std::string_view kUnix = "unix:";

tl::unexpected<base::Error> failed(const std::string& what) {
  return base::fail(what + ": " + std::strerror(errno));  // NOLINT(concurrency-mt-unsafe): one thread
}

bool set(int fd, int level, int name, int value) { return ::setsockopt(fd, level, name, &value, sizeof(value)) == 0; }

const sockaddr* generic(const sockaddr_storage& address) { return reinterpret_cast<const sockaddr*>(&address); }

bool bind_source(int fd, unsigned last_part) {
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + last_part);
  // The port is then chosen by connect(), where it has to be free only towards this server.
  return set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1) &&
         ::bind(fd, reinterpret_cast<const sockaddr*>(&source), sizeof(source)) == 0;
}

}  // namespace

base::Result<Endpoint> Endpoint::parse(std::string_view text) {
  Endpoint endpoint;
  endpoint.text_ = text;
  if (text.starts_with(kUnix)) {
    const auto path = text.substr(kUnix.size());
    auto& address = reinterpret_cast<sockaddr_un&>(endpoint.address_);
    if (path.empty() || path.size() >= sizeof(address.sun_path))
      return base::fail("no path for a socket: " + endpoint.text_);
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), path.size());
    endpoint.length_ = sizeof(address);
    return endpoint;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return base::fail("no HOST:PORT and no unix:/PATH: " + endpoint.text_);
  const std::string host(text.substr(0, colon) == "localhost" ? "127.0.0.1" : text.substr(0, colon));
  auto& address = reinterpret_cast<sockaddr_in&>(endpoint.address_);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return base::fail("no port: " + endpoint.text_);
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return base::fail("no IPv4 address: " + endpoint.text_);
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  endpoint.length_ = sizeof(address);
  return endpoint;
}

bool Endpoint::is_loopback() const {
  if (is_unix()) return false;
  return (ntohl(reinterpret_cast<const sockaddr_in&>(address_).sin_addr.s_addr) >> 24U) == 127;
}

base::Result<base::Fd> Endpoint::connect(unsigned source, int receive_buffer) const {
  base::Fd fd(::socket(address_.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return failed("socket");
  if (receive_buffer > 0) set(fd.get(), SOL_SOCKET, SO_RCVBUF, receive_buffer);
  if (source > 0 && is_loopback() && !bind_source(fd.get(), source)) return failed("bind");
  if (::connect(fd.get(), generic(address_), length_) != 0) return failed(text_);
  if (!is_unix()) set(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  return fd;
}

base::Result<base::Fd> Endpoint::listen(int send_buffer) const {
  base::Fd fd(::socket(address_.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return failed("socket");
  set(fd.get(), SOL_SOCKET, SO_SNDBUF, send_buffer);
  if (is_unix()) {
    ::unlink(reinterpret_cast<const sockaddr_un&>(address_).sun_path);
  } else {
    set(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1);
    set(fd.get(), IPPROTO_TCP, TCP_NODELAY, 1);
  }
  if (::bind(fd.get(), generic(address_), length_) != 0 || ::listen(fd.get(), kBacklog) != 0) return failed(text_);
  return fd;
}

std::string name_of_listener(int fd) {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) return "?";
  if (address.ss_family == AF_UNIX)
    return std::string(kUnix) + static_cast<const char*>(reinterpret_cast<const sockaddr_un&>(address).sun_path);
  const auto& inet = reinterpret_cast<const sockaddr_in&>(address);
  std::array<char, INET_ADDRSTRLEN> host{};
  inet_ntop(AF_INET, &inet.sin_addr, host.data(), host.size());
  return std::string(host.data()) + ":" + std::to_string(ntohs(inet.sin_port));
}

}  // namespace freshet::loadtest
