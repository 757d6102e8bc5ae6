#include "config/redis_url.h"

#include <algorithm>
#include <optional>

#include "base/percent.h"
#include "base/socket_path.h"
#include "base/text.h"
#include "config/address.h"

namespace freshet::config {
namespace {

constexpr std::string_view kTcpScheme = "redis://";
constexpr std::string_view kTlsScheme = "rediss://";
constexpr std::string_view kUnixScheme = "unix://";
constexpr std::uint64_t kMaxDatabase = 65535;

/// Hosts are names of these bytes.
bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

/// A part of the URL.
base::Result<std::string> decode(std::string_view text) {
  auto decoded = base::percent_decode(text);
  if (!decoded) return base::fail("has a % that two hexadecimal digits do not follow (a % itself is %25)");
  if (decoded->find('\0') != std::string::npos) return base::fail("has a %00 in it");
  return *std::move(decoded);
}

base::Result<std::uint32_t> parse_database(std::string_view text) {
  const auto number = base::parse_decimal(text);
  if (!number || *number > kMaxDatabase) return base::fail("has a database that is not a number from 0 to 65535");
  return static_cast<std::uint32_t>(*number);
}

base::Result<RedisUrl> parse_unix(std::string_view rest) {
  RedisUrl url{.host = {}, .port = 0, .tls = false, .unix_path = {}, .username = {}, .password = {}, .database = 0};
  const auto query_at = rest.find('?');
  const auto path = decode(rest.substr(0, query_at));
  if (!path) return tl::unexpected(path.error());
  url.unix_path = *path;
  if (url.unix_path.empty() || url.unix_path.front() != '/') {
    return base::fail("needs three slashes and an absolute path after unix: (try unix:///run/redis/redis.sock)");
  }
  if (url.unix_path.size() > base::kMaxSocketPathBytes) return base::fail("has a path that is too long for a socket");
  if (query_at == std::string_view::npos) return url;
  const auto query = rest.substr(query_at + 1);
  if (!query.starts_with("db=")) return base::fail("has a query other than ?db=N");
  const auto database = parse_database(query.substr(3));
  if (!database) return tl::unexpected(database.error());
  url.database = *database;
  return url;
}

base::Result<void> read_login(std::string_view text, RedisUrl& url) {
  const auto colon = text.find(':');
  const auto username = decode(text.substr(0, colon));
  if (!username) return tl::unexpected(username.error());
  url.username = *username;
  if (colon == std::string_view::npos) return {};
  const auto password = decode(text.substr(colon + 1));
  if (!password) return tl::unexpected(password.error());
  url.password = *password;
  return {};
}

base::Result<void> read_host(std::string_view text, RedisUrl& url) {
  const bool bracketed = text.starts_with('[');
  const auto host_end = bracketed ? text.find(']') : text.find(':');
  const auto host = text.substr(bracketed ? 1 : 0, bracketed ? host_end - 1 : host_end);
  auto rest = host_end == std::string_view::npos ? std::string_view{} : text.substr(host_end + (bracketed ? 1 : 0));
  if (host.empty()) return base::fail("names no host (try redis://127.0.0.1:6379/0)");
  const bool host_ok =
      bracketed ? host_end != std::string_view::npos && is_ip_address(host) && host.find(':') != std::string_view::npos
                : std::all_of(host.begin(), host.end(), is_unreserved);
  if (!host_ok) return base::fail("has a host that is neither a name nor an address (IPv6 goes in brackets)");
  url.host = host;
  if (rest.empty()) return {};
  const auto port = rest.front() == ':' ? base::parse_decimal(rest.substr(1)) : std::nullopt;
  if (!port || *port < 1 || *port > 65535) return base::fail("has a port that is not a number from 1 to 65535");
  url.port = static_cast<std::uint16_t>(*port);
  return {};
}

base::Result<RedisUrl> parse_tcp(std::string_view rest, bool tls) {
  RedisUrl url;
  url.tls = tls;
  const auto authority_end = std::min(rest.find_first_of("/?#"), rest.size());
  auto authority = rest.substr(0, authority_end);
  const auto tail = rest.substr(authority_end);
  if (tail.find('@') != std::string_view::npos) {
    return base::fail("has an @ behind the host: in a user or password, write / ? # @ : as %2F %3F %23 %40 %3A");
  }
  if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
    if (const auto read = read_login(authority.substr(0, at), url); !read) return tl::unexpected(read.error());
    authority.remove_prefix(at + 1);
  }
  if (const auto read = read_host(authority, url); !read) return tl::unexpected(read.error());
  if (tail.empty() || tail == "/") return url;
  if (tail.find_first_of("?#") != std::string_view::npos) return base::fail("must end with the host, port or database");
  const auto database = parse_database(tail.substr(1));
  if (!database) return tl::unexpected(database.error());
  url.database = *database;
  return url;
}

}  // namespace

base::Result<RedisUrl> parse_redis_url(std::string_view text) {
  if (text.starts_with(kTlsScheme)) return parse_tcp(text.substr(kTlsScheme.size()), true);
  if (text.starts_with(kTcpScheme)) return parse_tcp(text.substr(kTcpScheme.size()), false);
  if (text.starts_with(kUnixScheme)) return parse_unix(text.substr(kUnixScheme.size()));
  return base::fail("is not a Redis URL (try redis://127.0.0.1:6379/0 or unix:///run/redis/redis.sock?db=0)");
}

std::string to_string(const RedisUrl& url, Secrets secrets) {
  if (url.is_unix()) {
    return std::string(kUnixScheme) + base::percent_encode(url.unix_path, "/") + "?db=" + std::to_string(url.database);
  }
  std::string out(url.tls ? kTlsScheme : kTcpScheme);
  out += base::percent_encode(url.username);
  if (!url.password.empty()) {
    out += ':';
    out += secrets == Secrets::kHidden ? "***" : base::percent_encode(url.password);
  }
  if (!url.username.empty() || !url.password.empty()) out += '@';
  out += url.host.find(':') == std::string::npos ? url.host : '[' + url.host + ']';
  return out + ':' + std::to_string(url.port) + '/' + std::to_string(url.database);
}

}  // namespace freshet::config
