#include "uv/address.h"

#include <algorithm>
#include <arpa/inet.h>
#include <limits>
#include <netinet/in.h>
#include <utility>

#include "base/socket_path.h"
#include "base/text.h"

namespace freshet::uv {

namespace {

constexpr std::string_view kUnixPrefix = "unix:";
constexpr std::size_t kMaxNameBytes = 253;

bool is_ipv4(const std::string& host) {
  in_addr parsed{};
  return inet_pton(AF_INET, host.c_str(), &parsed) == 1;
}

bool is_ipv6(const std::string& host) {
  in6_addr parsed{};
  return inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

bool is_name(std::string_view host) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !host.empty() && host.size() <= kMaxNameBytes && std::all_of(host.begin(), host.end(), allowed);
}

base::Result<Address> parse_unix(std::string_view path) {
  if (path.empty()) return base::fail("no path after unix:");
  if (path.front() != '/') return base::fail("the path of a unix socket must be absolute");
  if (path.size() > base::kMaxSocketPathBytes) {
    return base::fail("the path of a unix socket may be " + std::to_string(base::kMaxSocketPathBytes) +
                      " bytes long, not " + std::to_string(path.size()));
  }
  if (path.find('\0') != std::string_view::npos) return base::fail("zero byte in the path");
  return Address::unix_socket(std::string(path));
}

base::Result<std::uint16_t> parse_port(std::string_view text) {
  const auto port = base::parse_decimal(text);
  if (!port || *port < 1 || *port > std::numeric_limits<std::uint16_t>::max()) {
    return base::fail("port must be a number from 1 to 65535");
  }
  return static_cast<std::uint16_t>(*port);
}

base::Result<std::string> parse_host(std::string_view text) {
  if (text.empty()) return base::fail("no address before the port");
  std::string host(text);
  if (text.front() == '[') {
    if (text.back() != ']') return base::fail("no ] after the IPv6 address");
    host = text.substr(1, text.size() - 2);
    if (!is_ipv6(host)) return base::fail("not an IPv6 address between the brackets");
    return host;
  }
  if (is_ipv6(host)) return base::fail("an IPv6 address must be in brackets: [" + host + "]:PORT");
  if (is_ipv4(host)) return host;
  if (!is_name(text)) return base::fail("neither an IP address nor a host name");
  return host;
}

base::Result<Address> parse_tcp(std::string_view text) {
  const auto colon = text.rfind(':');
  const bool bracket_open = text.find(']', colon == std::string_view::npos ? 0 : colon) != std::string_view::npos;
  if (colon == std::string_view::npos || bracket_open)
    return base::fail("no port; expected ADDRESS:PORT or unix:/PATH");
  auto host = parse_host(text.substr(0, colon));
  if (!host) return tl::unexpected(std::move(host.error()));
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return tl::unexpected(port.error());
  return Address::tcp(std::move(*host), *port);
}

}  // namespace

Address Address::tcp(std::string host, std::uint16_t port) { return {Kind::kTcp, std::move(host), port, {}}; }

Address Address::unix_socket(std::string path) { return {Kind::kUnix, {}, 0, std::move(path)}; }

std::string Address::text() const {
  if (kind == Kind::kUnix) return std::string(kUnixPrefix) + path;
  const bool bracketed = host.find(':') != std::string::npos;
  return (bracketed ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

base::Result<Address> parse_connect_address(std::string_view text) {
  if (text.empty()) return base::fail("the address is empty");
  auto address = text.starts_with(kUnixPrefix) ? parse_unix(text.substr(kUnixPrefix.size())) : parse_tcp(text);
  if (!address) return tl::unexpected(address.error().at("\"" + base::printable(text) + "\""));
  return address;
}

bool is_loopback(const Address& address) {
  if (address.kind != Address::Kind::kTcp) return false;
  in_addr v4{};
  if (inet_pton(AF_INET, address.host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == IN_LOOPBACKNET;
  in6_addr v6{};
  if (inet_pton(AF_INET6, address.host.c_str(), &v6) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == IN_LOOPBACKNET);
}

}  // namespace freshet::uv
