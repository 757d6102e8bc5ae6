#include "uv/socket_address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <netinet/in.h>
#include <sys/un.h>

#include "uv/peer.h"

namespace freshet::uv {

namespace {

template <class T>
T read_as(const sockaddr_storage& storage) {
  T address{};
  std::memcpy(&address, &storage, sizeof(address));
  return address;
}

template <class T>
SocketAddress store(const T& address) {
  SocketAddress stored;
  std::memcpy(&stored.storage, &address, sizeof(address));
  stored.length = sizeof(address);
  return stored;
}

/// As inet_ntop would, which takes its time: this is done for each connection.
std::string ipv4_text(const std::uint8_t* bytes) {
  std::array<char, INET_ADDRSTRLEN> text{};
  char* end = text.data();
  for (int i = 0; i < 4; ++i) {
    if (i > 0) *end++ = '.';
    end = std::to_chars(end, text.data() + text.size(), static_cast<unsigned>(bytes[i])).ptr;
  }
  return {text.data(), end};
}

std::string ip_text(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return inet_ntop(family, address, text.data(), text.size()) == nullptr ? "" : text.data();
}

std::string path_of(const sockaddr_storage& storage, socklen_t length) {
  const auto address = read_as<sockaddr_un>(storage);
  const std::size_t used = std::min<std::size_t>(length, sizeof(address));
  std::string path(address.sun_path, used - std::min(used, offsetof(sockaddr_un, sun_path)));
  if (!path.empty() && path.front() == '\0') path.front() = '@';
  return path.substr(0, path.find('\0'));
}

}  // namespace

std::optional<SocketAddress> SocketAddress::from(const Address& address) {
  if (address.kind == Address::Kind::kUnix) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    address.path.copy(name.sun_path, sizeof(name.sun_path) - 1);
    return store(name);
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(address.port);
  if (inet_pton(AF_INET, address.host.c_str(), &v4.sin_addr) == 1) return store(v4);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(address.port);
  if (inet_pton(AF_INET6, address.host.c_str(), &v6.sin6_addr) == 1) return store(v6);
  return std::nullopt;
}

SocketAddress SocketAddress::local_of(int fd) {
  SocketAddress local;
  if (getsockname(fd, local.raw(), &local.length) != 0) return {};
  return local;
}

void SocketAddress::set_port(std::uint16_t port) {
  if (family() == AF_INET6) {
    auto v6 = read_as<sockaddr_in6>(storage);
    v6.sin6_port = htons(port);
    std::memcpy(&storage, &v6, sizeof(v6));
  } else {
    auto v4 = read_as<sockaddr_in>(storage);
    v4.sin_port = htons(port);
    std::memcpy(&storage, &v4, sizeof(v4));
  }
}

Address SocketAddress::address() const {
  if (family() == AF_UNIX) return Address::unix_socket(path_of(storage, length));
  if (family() == AF_INET6) {
    const auto v6 = read_as<sockaddr_in6>(storage);
    return Address::tcp(ip_text(AF_INET6, &v6.sin6_addr), ntohs(v6.sin6_port));
  }
  const auto v4 = read_as<sockaddr_in>(storage);
  return Address::tcp(ip_text(AF_INET, &v4.sin_addr), ntohs(v4.sin_port));
}

Peer peer_of(const sockaddr_storage& address) {
  if (address.ss_family == AF_UNIX) return {true, {}};
  if (address.ss_family != AF_INET6) {
    const auto v4 = read_as<sockaddr_in>(address);
    return {false, ipv4_text(reinterpret_cast<const std::uint8_t*>(&v4.sin_addr))};
  }
  const auto v6 = read_as<sockaddr_in6>(address);
  if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) return {false, ipv4_text(&v6.sin6_addr.s6_addr[12])};
  return {false, ip_text(AF_INET6, &v6.sin6_addr)};
}

}  // namespace freshet::uv
