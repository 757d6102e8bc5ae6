#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "config/address.h"
#include "config/redis_url.h"

namespace freshet::config {

enum class BackplaneType { kMemory, kRedis };
enum class LogLevel { kTrace, kDebug, kInfo, kWarn, kError };
enum class LogFormat { kText, kJson };

/// The operations listener.
struct Ops {
  Address listen{.host = "127.0.0.1", .port = 9080, .unix_path = {}};
  /// Names, in lower case and without port, that a request's Host may carry besides addresses and `localhost`.
  std::vector<std::string> hosts;
  friend bool operator==(const Ops&, const Ops&) = default;
};

struct Redis {
  RedisUrl url;
  std::string prefix = "freshet:";
  std::string username;
  /// Read anew at every connect; empty: none.
  std::string password_file;
  bool load_functions = true;

  /// The user to log in as, wherever it was given; empty: Redis' default user.
  [[nodiscard]] const std::string& login() const { return username.empty() ? url.username : username; }
  friend bool operator==(const Redis&, const Redis&) = default;
};

/// What the ring of each channel keeps, and what replaying it may cost.
struct History {
  std::size_t events = 256;
  std::chrono::milliseconds ttl = std::chrono::hours(1);
  std::size_t max_event_bytes = std::size_t{256} << 10;
  /// Memory for all replays under way in this process.
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

struct Auth {
  /// Globs of the channels that anyone may read.
  std::vector<std::string> public_channels;
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
  std::size_t channels_per_connection = 32;
  /// What one client may leave untaken, the socket's send buffer included.
  std::size_t buffer_per_connection_bytes = std::size_t{1} << 20;
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
