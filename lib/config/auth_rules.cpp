#include "config/auth_rules.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstddef>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>

#include "base/channel_name.h"
#include "base/text.h"
#include "config/address.h"
#include "config/text_checks.h"

namespace freshet::config {
namespace {

constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
constexpr std::string_view kUrlMarks = "-._~:/?#[]@!$&'()*+,;=%";
constexpr std::string_view kSub = "{sub}";
constexpr std::string_view kUnix = "unix";
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";
constexpr std::array<unsigned char, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool is_token(std::string_view text) { return !text.empty() && consists_of(text, kTokenMarks); }

struct Ip {
  int family = AF_INET;
  /// IPv4 in the first four.
  std::array<unsigned char, 16> bytes{};

  [[nodiscard]] std::size_t size() const { return family == AF_INET ? 4 : 16; }
  [[nodiscard]] bool is_mapped_v4() const {
    return family == AF_INET6 && std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
  }
};

std::optional<Ip> parse_ip(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  for (const int family : {AF_INET, AF_INET6}) {
    Ip ip{.family = family};
    if (inet_pton(family, std::string(text).c_str(), ip.bytes.data()) == 1) return ip;
  }
  return std::nullopt;
}

std::string to_string(const Ip& ip) {
  std::array<char, INET6_ADDRSTRLEN> out{};
  const auto* written = inet_ntop(ip.family, ip.bytes.data(), out.data(), out.size());
  return written == nullptr ? std::string() : std::string(written);
}

/// The address with everything behind the first `bits` bits cleared.
Ip first_bits(Ip ip, std::size_t bits) {
  for (std::size_t i = 0; i < ip.size(); ++i) {
    const auto kept = std::min<std::size_t>(bits - std::min(bits, 8 * i), 8);
    ip.bytes[i] = static_cast<unsigned char>(ip.bytes[i] & (0xff00U >> kept));
  }
  return ip;
}

/// Host and port of a URL.
base::Result<void> check_authority(std::string_view text, bool secure) {
  auto host = text;
  const auto port_at = text.rfind(':');
  if (port_at != std::string_view::npos && text.find(']', port_at) == std::string_view::npos) {
    if (!is_port(text.substr(port_at + 1))) return base::fail("has a port that is not a number from 1 to 65535");
    host = text.substr(0, port_at);
  }
  const auto address = parse_address(std::string(host) + ":0");
  if (!address && (host.empty() || !consists_of(host, "_.-"))) {
    return base::fail("has a host that is neither a name nor an address (IPv6 goes in brackets)");
  }
  const bool is_loopback = address ? address->is_loopback() : base::equals_ignoring_case(host, "localhost");
  if (!secure && !is_loopback) {
    return base::fail(
        "must begin with https://, since whoever can change what comes over http:// can log in as anyone (only a "
        "loopback host may do without)");
  }
  return {};
}

}  // namespace

base::Result<std::string> header_name(std::string_view text) {
  if (!text.empty() && !is_token(text)) return refuse(text, "is not the name of a header (try X-User-Id)");
  return std::string(text);
}

base::Result<std::string> cookie_name(std::string_view text) {
  if (!is_token(text)) return refuse(text, "is not the name of a cookie (try freshet_token)");
  return std::string(text);
}

base::Result<std::string> trusted_proxy(std::string_view text) {
  if (text == kUnix) return std::string(text);
  const auto slash = text.find('/');
  const auto ip = parse_ip(text.substr(0, slash));
  if (!ip) return refuse(text, "is neither an address nor a network (try 10.0.0.0/8, ::1 or unix)");
  if (ip->is_mapped_v4()) return refuse(text, "is an IPv4 address in IPv6 spelling: write it as 192.0.2.1");
  if (slash == std::string_view::npos) return to_string(*ip);
  const auto most = 8 * ip->size();
  const auto bits = base::parse_decimal(text.substr(slash + 1));
  if (!bits || *bits > most) {
    return refuse(text, "has a prefix length that is not a number from 0 to " + std::to_string(most));
  }
  const auto network = to_string(first_bits(*ip, *bits)) + '/' + std::to_string(*bits);
  if (to_string(*ip) + '/' + std::to_string(*bits) != network) {
    return refuse(text, "has bits beyond its prefix (the network is " + network + ")");
  }
  return network;
}

base::Result<std::string> key_url(std::string_view text) {
  if (text.empty()) return std::string();
  const bool secure = text.starts_with(kHttps);
  if (!secure && !text.starts_with(kHttp)) {
    return base::fail("must begin with https:// (try https://login.example.com/.well-known/jwks.json)");
  }
  if (!consists_of(text, kUrlMarks)) return base::fail("holds a character that must be written as %XX in a URL");
  if (text.find('#') != std::string_view::npos)
    return base::fail("has a fragment (#…), which is never sent: leave it out");
  const auto rest = text.substr(secure ? kHttps.size() : kHttp.size());
  const auto authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.find('@') != std::string_view::npos)
    return base::fail("has a user or password, which is not supported");
  if (const auto checked = check_authority(authority, secure); !checked) return tl::unexpected(checked.error());
  return std::string(text);
}

base::Result<std::string> user_channel(std::string_view text) {
  const auto at = text.find(kSub);
  if (at == std::string_view::npos || text.rfind(kSub) != at) {
    return refuse(text, "is not a user's own channel: it needs {sub} exactly once (try user:{sub})");
  }
  if (!base::check_channel_name(std::string(text).replace(at, kSub.size(), "x"))) {
    return refuse(text, "is not a user's own channel (besides {sub}, at most 199 of A-Z a-z 0-9 _ - . : / @ ~ = + ,)");
  }
  return std::string(text);
}

}  // namespace freshet::config
