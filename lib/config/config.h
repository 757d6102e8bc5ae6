#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "config/address.h"
#include "config/redis_url.h"

namespace freshet::config {

enum class BackplaneType { kMemory, kRedis };
/// What answers a token that is right in everything but its time: a stream that says so and tells the client to come
/// back, or 401, after which an EventSource never does.
enum class ExpiredTokens { kRetry, kReject };
enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError };
enum class LogFormat { kText, kJson };

/// The operations listener.
struct Ops {
  Address listen{.host = "127.0.0.1", .port = 9080, .unix_path = {}};
  /// Keys for publishing and disconnecting; empty: none. Readable when it was loaded, its contents not looked at.
  std::string publish_keys_file;
  /// Names, in lower case and without port, that a request's Host may carry besides addresses and `localhost`.
  std::vector<std::string> hosts;
  friend bool operator==(const Ops&, const Ops&) = default;
};

/// Where to ask for the primary instead of connecting to a fixed address; empty: the URL's host is it.
struct Sentinel {
  /// What the sentinels call it; never without nodes.
  std::string master;
  /// `host:port`, IPv6 in brackets.
  std::vector<std::string> nodes;
  /// For the sentinels themselves; empty: their default user.
  std::string username;
  /// Read anew at every connect; empty: none.
  std::string password_file;
  friend bool operator==(const Sentinel&, const Sentinel&) = default;
};

/// TLS to Redis and to the sentinels; nothing of it is set unless the URL asks for TLS. The files were readable when
/// they were loaded, their contents not looked at.
struct RedisTls {
  /// Empty: the authorities that the system trusts.
  std::string ca_file;
  /// Never without key_file, and the other way round; empty: no client certificate.
  std::string cert_file;
  std::string key_file;
  /// What certificates must be made out to; empty: the host connected to.
  std::string server_name;
  bool verify = true;
  friend bool operator==(const RedisTls&, const RedisTls&) = default;
};

struct Redis {
  RedisUrl url;
  std::string prefix = "freshet:";
  std::string username;
  /// Read anew at every connect; empty: none.
  std::string password_file;
  RedisTls tls;
  bool load_functions = true;
  Sentinel sentinel;

  /// The user to log in as, wherever it was given; empty: Redis' default user.
  [[nodiscard]] const std::string& login() const { return username.empty() ? url.username : username; }
  friend bool operator==(const Redis&, const Redis&) = default;
};

/// What the ring of each channel keeps, and what replaying it may cost.
struct History {
  std::size_t events = 256;
  std::chrono::milliseconds ttl = std::chrono::hours(1);
  std::size_t max_event_bytes = std::size_t{256} << 10;
  /// Memory for the recent events in this process; ring reads are paced by it. A stream that opens may hold more.
  std::size_t replay_budget_bytes = std::size_t{64} << 20;
  friend bool operator==(const History&, const History&) = default;
};

struct Backplane {
  BackplaneType type = BackplaneType::kMemory;
  Redis redis;
  History history;
  friend bool operator==(const Backplane&, const Backplane&) = default;
};

struct Streams {
  std::chrono::milliseconds heartbeat = std::chrono::seconds(15);
  /// What clients are told to wait before they reconnect; jittered around this.
  std::chrono::milliseconds retry = std::chrono::seconds(3);
  /// Bytes of comment sent first, for proxies that hold back the first kilobytes.
  std::size_t padding_bytes = 0;
  /// The socket's send buffer.
  std::size_t write_buffer_bytes = std::size_t{64} << 10;
  friend bool operator==(const Streams&, const Streams&) = default;
};

/// How tokens are verified. The files were readable when they were loaded, their contents not looked at.
struct Jwt {
  /// Secret of HS256, HS384 and HS512; empty: none.
  std::string secret_file;
  /// PEM; empty: none.
  std::string public_key_file;
  /// Empty: none.
  std::string jwks_file;
  /// https://, or http:// to a loopback host; without user, password and fragment. Empty: none.
  std::string jwks_url;
  /// What `iss` must be; empty: anything.
  std::string issuer;
  /// What `aud` must hold; empty: anything.
  std::string audience;
  /// Name of the cookie that may carry the token.
  std::string cookie = "freshet_token";
  /// What clocks may differ by, for `exp`, `nbf` and the end of a stream.
  std::chrono::milliseconds leeway = std::chrono::seconds(5);
  /// Verified tokens that are remembered; 0: none.
  std::size_t cache = 10'000;
  /// How often jwks_url is fetched anew.
  std::chrono::milliseconds jwks_refresh = std::chrono::minutes(10);

  /// Whether tokens can be verified at all.
  [[nodiscard]] bool has_keys() const {
    return !secret_file.empty() || !public_key_file.empty() || !jwks_file.empty() || !jwks_url.empty();
  }
  friend bool operator==(const Jwt&, const Jwt&) = default;
};

struct Auth {
  Jwt jwt;
  /// Header, in the spelling of the configuration, in which a trusted proxy names the user; empty: none.
  std::string trusted_header;
  /// Header in which it lists the user's globs, separated by spaces; empty: none, and so without trusted_header.
  std::string trusted_channels_header;
  /// `unix`, addresses, and networks as `address/bits` without bits beyond the prefix; the addresses in canonical
  /// spelling, IPv6 without brackets. Not empty with a trusted_header.
  std::vector<std::string> trusted_proxies;
  /// Globs of the channels that anyone may read.
  std::vector<std::string> public_channels;
  /// A user's own channel: holds `{sub}` once.
  std::string user_channel = "user:{sub}";
  ExpiredTokens expired = ExpiredTokens::kRetry;
  /// With ExpiredTokens::kRetry: how long the client is told to wait; jittered around this.
  std::chrono::milliseconds expired_retry = std::chrono::seconds(30);
  /// How long before its token expires a stream is told so; 0: not at all.
  std::chrono::milliseconds expiring_notice = std::chrono::seconds(10);
  friend bool operator==(const Auth&, const Auth&) = default;
};

struct Cors {
  /// Exact origins as browsers send them, or the single entry `*`, which never comes with credentials.
  std::vector<std::string> origins;
  bool credentials = true;
  friend bool operator==(const Cors&, const Cors&) = default;
};

struct Limits {
  std::size_t connections = 100'000;
  /// 0: no limit.
  std::size_t connections_per_user = 0;
  /// 0: no limit.
  std::size_t connections_per_address = 0;
  /// New connections per second over all public listeners; 0: no limit.
  std::size_t connection_rate = 0;
  /// How many may come at once before connection_rate holds them back; at least 1.
  std::size_t connection_burst = 1000;
  std::size_t channels_per_connection = 32;
  /// What one client may leave untaken, the socket's send buffer included.
  std::size_t buffer_per_connection_bytes = std::size_t{1} << 20;
  /// What waits in all connections together.
  std::size_t buffer_total_bytes = std::size_t{256} << 20;
  /// Resident memory of the process from which on new streams are turned away; 0: no limit.
  std::size_t memory_bytes = 0;
  /// Request line and headers.
  std::size_t request_bytes = std::size_t{16} << 10;
  std::chrono::milliseconds request_timeout = std::chrono::seconds(10);
  friend bool operator==(const Limits&, const Limits&) = default;
};

struct Drain {
  std::chrono::milliseconds period = std::chrono::seconds(10);
  friend bool operator==(const Drain&, const Drain&) = default;
};

struct Log {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
  friend bool operator==(const Log&, const Log&) = default;
};

/// Everything that an operator can set, with its defaults: `Config{}` is what runs without file, environment and
/// flags. A plain value; `load` returns only ones that passed every check.
struct Config {
  /// Public listeners; never empty.
  std::vector<Address> listen{Address{.host = "127.0.0.1", .port = 8080, .unix_path = {}}};
  /// SO_REUSEPORT on TCP listeners.
  bool reuse_port = false;
  Ops ops;
  /// Empty until resolve_instance names it.
  std::string instance;
  Backplane backplane;
  Streams streams;
  Auth auth;
  Cors cors;
  Limits limits;
  Drain drain;
  Log log;
  /// `--dev`: every channel is readable without a token. Comes from the command line only.
  bool dev = false;
  friend bool operator==(const Config&, const Config&) = default;
};

}  // namespace freshet::config
