#include "config/address.h"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>

#include "base/socket_path.h"
#include "base/text.h"

namespace freshet::config {
namespace {

constexpr std::string_view kUnixScheme = "unix:";

/// The canonical spelling of an address of `family`; none when `text` is not one.
std::optional<std::string> canonical(int family, std::string_view text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  std::array<char, INET6_ADDRSTRLEN> out{};
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  if (inet_pton(family, std::string(text).c_str(), bytes.data()) != 1) return std::nullopt;
  if (inet_ntop(family, bytes.data(), out.data(), out.size()) == nullptr) return std::nullopt;
  return std::string(out.data());
}

/// Without the first placeholder.
std::string without_instance(std::string_view text) {
  std::string plain(text);
  if (const auto at = plain.find(kInstancePlaceholder); at != std::string::npos) {
    plain.erase(at, kInstancePlaceholder.size());
  }
  return plain;
}

base::Result<Address> parse_unix(std::string_view text) {
  const auto path = text.substr(kUnixScheme.size());
  const auto quoted = '"' + base::printable(text) + '"';
  if (path.empty() || path.front() != '/' || path.back() == '/') {
    return base::fail(quoted + " needs an absolute path (try unix:/run/freshet/{instance}.sock)");
  }
  const auto plain = without_instance(path);
  if (plain.find_first_of("{}") != std::string::npos) {
    return base::fail(quoted + " may hold one placeholder, {instance}");
  }
  if (plain.size() > base::kMaxSocketPathBytes) {
    return base::fail(quoted + " is too long for a socket (" + std::to_string(base::kMaxSocketPathBytes) +
                      " bytes at most)");
  }
  return Address{.host = {}, .port = 0, .unix_path = std::string(path)};
}

}  // namespace

bool Address::is_loopback() const {
  if (is_unix()) return true;
  return host.starts_with("127.") || host == "::1" || host.starts_with("::ffff:127.");
}

base::Result<Address> parse_address(std::string_view text) {
  if (text.starts_with(kUnixScheme)) return parse_unix(text);
  const auto refuse = [&] {
    return base::fail('"' + base::printable(text) +
                      "\" is not an address (try 127.0.0.1:8080, [::1]:8080 or unix:/run/freshet/{instance}.sock)");
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return refuse();
  const auto port_text = text.substr(colon + 1);
  const auto plain_port = without_instance(port_text);
  const bool named = plain_port.size() < port_text.size();
  const auto port = named && plain_port.empty() ? std::optional<std::uint64_t>(0) : base::parse_decimal(plain_port);
  auto host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto spelled = canonical(bracketed ? AF_INET6 : AF_INET, host);
  if (!spelled || !port) return refuse();
  if (*port > 65535) return base::fail('"' + base::printable(text) + "\": the port is out of range (0 to 65535)");
  if (named) return Address{.host = *spelled, .port_pattern = std::string(port_text), .unix_path = {}};
  return Address{.host = *spelled, .port = static_cast<std::uint16_t>(*port), .unix_path = {}};
}

std::string to_string(const Address& address) {
  if (address.is_unix()) return std::string(kUnixScheme) + address.unix_path;
  const bool v6 = address.host.find(':') != std::string::npos;
  const auto port = address.port_pattern.empty() ? std::to_string(address.port) : address.port_pattern;
  return (v6 ? '[' + address.host + ']' : address.host) + ':' + port;
}

bool is_ip_address(std::string_view text) { return canonical(AF_INET, text) || canonical(AF_INET6, text); }

}  // namespace freshet::config
