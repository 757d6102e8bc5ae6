#include "config/keys.h"

#include <algorithm>
#include <utility>

#include "config/auth_rules.h"
#include "config/kinds.h"

namespace freshet::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kKiB = std::size_t{1} << 10;
constexpr std::size_t kMiB = kKiB << 10;
constexpr std::size_t kGiB = kMiB << 10;
constexpr std::size_t kMostConnections = 10'000'000;

// Where a key's value lives, for reading and for writing. A member's name cannot stand in parentheses.
// NOLINTBEGIN(bugprone-macro-parentheses)
#define FIELD(member) \
  [](auto& config) -> auto& { return config.member; }
// NOLINTEND(bugprone-macro-parentheses)

template <class Field>
auto copy_of(Field field) {
  return [field](Config& to, const Config& from) { field(to) = field(from); };
}

template <class T, class Field>
Key scalar(std::string_view path, Field field, Kind<T> kind) {
  auto set = [field, read = kind.read](Config& config, std::span<const std::string> items) -> std::vector<Fault> {
    auto value = read(items.front());
    if (!value) return {{0, value.error().message}};
    field(config) = *std::move(value);
    return {};
  };
  auto get = [field, write = kind.write](const Config& config, Secrets secrets) -> std::vector<std::string> {
    return {write(field(config), secrets)};
  };
  return {path, Shape::kScalar, kind.quoted, false, std::move(set), std::move(get), copy_of(field)};
}

template <class T, class Field>
Key list(std::string_view path, Field field, Kind<T> kind) {
  auto set = [field, read = kind.read](Config& config, std::span<const std::string> items) {
    std::vector<T> values;
    std::vector<Fault> faults;
    for (std::size_t i = 0; i < items.size(); ++i) {
      auto value = read(items[i]);
      if (value) {
        values.push_back(*std::move(value));
      } else {
        faults.push_back({i, value.error().message});
      }
    }
    if (faults.empty()) field(config) = std::move(values);
    return faults;
  };
  auto get = [field, write = kind.write](const Config& config, Secrets secrets) {
    std::vector<std::string> out;
    for (const auto& value : field(config)) out.push_back(write(value, secrets));
    return out;
  };
  return {path, Shape::kList, kind.quoted, false, std::move(set), std::move(get), copy_of(field)};
}

Key or_scalar(Key key) {
  key.shape = Shape::kListOrScalar;
  return key;
}

/// A key whose new value a running daemon takes at SIGHUP.
Key live(Key key) {
  key.reloadable = true;
  return key;
}

/// What the log prints for a level, where that is another word than the level's own, is understood as well.
Kind<LogLevel> log_level() {
  auto kind = choice<LogLevel>({{"trace", LogLevel::kTrace},
                                {"debug", LogLevel::kDebug},
                                {"info", LogLevel::kInfo},
                                {"warn", LogLevel::kWarn},
                                {"error", LogLevel::kError}});
  kind.read = [read = kind.read](std::string_view given) { return read(given == "warning" ? "warn" : given); };
  return kind;
}

std::vector<Key> make_keys() {
  const auto type = choice<BackplaneType>({{"memory", BackplaneType::kMemory}, {"redis", BackplaneType::kRedis}});
  const auto expired = choice<ExpiredTokens>({{"retry", ExpiredTokens::kRetry}, {"reject", ExpiredTokens::kReject}});
  const auto format = choice<LogFormat>({{"text", LogFormat::kText}, {"json", LogFormat::kJson}});
  return {
      or_scalar(list("listen", FIELD(listen), address())),
      scalar("reuse_port", FIELD(reuse_port), boolean()),
      scalar("ops.listen", FIELD(ops.listen), address()),
      live(scalar("ops.publish_keys_file", FIELD(ops.publish_keys_file), text(any_text))),
      list("ops.hosts", FIELD(ops.hosts), text(host_name)),
      scalar("instance", FIELD(instance), text(instance_name)),
      scalar("backplane.type", FIELD(backplane.type), type),
      scalar("backplane.redis.url", FIELD(backplane.redis.url), redis_url()),
      scalar("backplane.redis.prefix", FIELD(backplane.redis.prefix), text(key_prefix)),
      scalar("backplane.redis.username", FIELD(backplane.redis.username), text(any_text)),
      scalar("backplane.redis.password_file", FIELD(backplane.redis.password_file), text(any_text)),
      live(scalar("backplane.redis.tls.ca_file", FIELD(backplane.redis.tls.ca_file), text(any_text))),
      live(scalar("backplane.redis.tls.cert_file", FIELD(backplane.redis.tls.cert_file), text(any_text))),
      live(scalar("backplane.redis.tls.key_file", FIELD(backplane.redis.tls.key_file), text(any_text))),
      live(scalar("backplane.redis.tls.server_name", FIELD(backplane.redis.tls.server_name), text(server_name))),
      live(scalar("backplane.redis.tls.verify", FIELD(backplane.redis.tls.verify), boolean())),
      scalar("backplane.redis.load_functions", FIELD(backplane.redis.load_functions), boolean()),
      scalar("backplane.redis.sentinel.master", FIELD(backplane.redis.sentinel.master), text(sentinel_master)),
      list("backplane.redis.sentinel.nodes", FIELD(backplane.redis.sentinel.nodes), text(sentinel_node)),
      scalar("backplane.redis.sentinel.username", FIELD(backplane.redis.sentinel.username), text(any_text)),
      scalar("backplane.redis.sentinel.password_file", FIELD(backplane.redis.sentinel.password_file), text(any_text)),
      scalar("backplane.history.events", FIELD(backplane.history.events), count(1, 1'000'000)),
      scalar("backplane.history.ttl", FIELD(backplane.history.ttl), duration(1s, 24h * 365)),
      scalar("backplane.history.max_event_bytes", FIELD(backplane.history.max_event_bytes), size(1, 512 * kMiB)),
      scalar("backplane.history.replay_budget", FIELD(backplane.history.replay_budget_bytes), size(1, 1024 * kGiB)),
      live(scalar("streams.heartbeat", FIELD(streams.heartbeat), duration(1s, 1h))),
      live(scalar("streams.retry", FIELD(streams.retry), duration(10ms, 1h))),
      live(scalar("streams.padding", FIELD(streams.padding_bytes), size(0, 64 * kKiB))),
      scalar("streams.write_buffer", FIELD(streams.write_buffer_bytes), size(4 * kKiB, 64 * kMiB)),
      live(scalar("auth.jwt.secret_file", FIELD(auth.jwt.secret_file), text(any_text))),
      live(scalar("auth.jwt.public_key_file", FIELD(auth.jwt.public_key_file), text(any_text))),
      live(scalar("auth.jwt.jwks_file", FIELD(auth.jwt.jwks_file), text(any_text))),
      live(scalar("auth.jwt.jwks_url", FIELD(auth.jwt.jwks_url), text(key_url))),
      live(scalar("auth.jwt.jwks_refresh", FIELD(auth.jwt.jwks_refresh), duration(10s, 24h * 30))),
      live(scalar("auth.jwt.issuer", FIELD(auth.jwt.issuer), text(any_text))),
      live(scalar("auth.jwt.audience", FIELD(auth.jwt.audience), text(any_text))),
      live(scalar("auth.jwt.cookie", FIELD(auth.jwt.cookie), text(cookie_name))),
      live(scalar("auth.jwt.leeway", FIELD(auth.jwt.leeway), duration(0s, 5min))),
      live(scalar("auth.jwt.cache", FIELD(auth.jwt.cache), count(0, 1'000'000))),
      live(scalar("auth.trusted_header", FIELD(auth.trusted_header), text(header_name))),
      live(scalar("auth.trusted_channels_header", FIELD(auth.trusted_channels_header), text(header_name))),
      live(list("auth.trusted_proxies", FIELD(auth.trusted_proxies), text(trusted_proxy))),
      live(list("auth.public_channels", FIELD(auth.public_channels), text(channel_glob))),
      live(scalar("auth.user_channel", FIELD(auth.user_channel), text(user_channel))),
      live(scalar("auth.expired", FIELD(auth.expired), expired)),
      live(scalar("auth.expired_retry", FIELD(auth.expired_retry), duration(10ms, 1h))),
      live(scalar("auth.expiring_notice", FIELD(auth.expiring_notice), duration(0s, 1h))),
      live(list("cors.origins", FIELD(cors.origins), text(origin))),
      live(scalar("cors.credentials", FIELD(cors.credentials), boolean())),
      live(scalar("limits.connections", FIELD(limits.connections), count(1, kMostConnections))),
      live(scalar("limits.connections_per_user", FIELD(limits.connections_per_user), count(0, kMostConnections))),
      live(scalar("limits.connections_per_address", FIELD(limits.connections_per_address), count(0, kMostConnections))),
      live(scalar("limits.connection_rate", FIELD(limits.connection_rate), count(0, kMostConnections))),
      live(scalar("limits.connection_burst", FIELD(limits.connection_burst), count(1, kMostConnections))),
      live(scalar("limits.channels_per_connection", FIELD(limits.channels_per_connection), count(1, 10'000))),
      live(scalar("limits.buffer_per_connection", FIELD(limits.buffer_per_connection_bytes), size(4 * kKiB, kGiB))),
      live(scalar("limits.buffer_total", FIELD(limits.buffer_total_bytes), size(4 * kKiB, 1024 * kGiB))),
      live(scalar("limits.memory", FIELD(limits.memory_bytes), size(0, 1024 * kGiB))),
      live(scalar("limits.request_bytes", FIELD(limits.request_bytes), size(kKiB, kMiB))),
      live(scalar("limits.request_timeout", FIELD(limits.request_timeout), duration(100ms, 1h))),
      scalar("drain.period", FIELD(drain.period), duration(0s, 1h)),
      live(scalar("log.level", FIELD(log.level), log_level())),
      scalar("log.format", FIELD(log.format), format),
  };
}

#undef FIELD

}  // namespace

const std::vector<Key>& keys() {
  static const std::vector<Key> table = make_keys();
  return table;
}

const Key* find_key(std::string_view path) {
  const auto found = std::find_if(keys().begin(), keys().end(), [&](const Key& key) { return key.path == path; });
  return found == keys().end() ? nullptr : &*found;
}

}  // namespace freshet::config
