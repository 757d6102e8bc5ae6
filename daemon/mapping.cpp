#include "mapping.h"

#include <chrono>

namespace freshet {
namespace {

/// Of a listener, or of a Redis URL.
template <class Place>
uv::Address address_of(const Place& place) {
  return place.is_unix() ? uv::Address::unix_socket(place.unix_path) : uv::Address::tcp(place.host, place.port);
}

}  // namespace

server::Settings settings_from(const config::Config& config) {
  server::Settings settings;
  settings.heartbeat = config.streams.heartbeat;
  settings.retry = config.streams.retry;
  settings.padding_bytes = config.streams.padding_bytes;
  settings.write_buffer_bytes = config.streams.write_buffer_bytes;
  settings.connections = config.limits.connections;
  settings.channels_per_connection = config.limits.channels_per_connection;
  settings.buffer_per_connection_bytes = config.limits.buffer_per_connection_bytes;
  settings.request_bytes = config.limits.request_bytes;
  settings.request_timeout = config.limits.request_timeout;
  const auto& auth = config.auth;
  settings.policy = {auth.public_channels, auth.user_channel};
  settings.token_cookie = auth.jwt.cookie;
  settings.trusted_header = auth.trusted_header;
  settings.trusted_channels_header = auth.trusted_channels_header;
  // The configuration was checked by the same grammar; what this one refuses is trusted by nobody.
  settings.trusted_proxies = auth::TrustedProxies::parse(auth.trusted_proxies).value_or(auth::TrustedProxies());
  settings.leeway = std::chrono::ceil<std::chrono::seconds>(auth.jwt.leeway);
  settings.retry_expired = auth.expired == config::ExpiredTokens::kRetry;
  settings.expired_retry = auth.expired_retry;
  settings.expiring_notice = std::chrono::ceil<std::chrono::seconds>(auth.expiring_notice);
  settings.connections_per_user = config.limits.connections_per_user;
  settings.connections_per_address = config.limits.connections_per_address;
  settings.connection_rate = config.limits.connection_rate;
  settings.connection_burst = config.limits.connection_burst;
  settings.buffer_total_bytes = config.limits.buffer_total_bytes;
  settings.cors_origins = config.cors.origins;
  settings.cors_credentials = config.cors.credentials;
  settings.ops_hosts = config.ops.hosts;
  settings.dev = config.dev;
  return settings;
}

auth::Verifier::Options verifier_options(const config::Jwt& jwt) {
  return {jwt.issuer, jwt.audience, std::chrono::ceil<std::chrono::seconds>(jwt.leeway), jwt.cache};
}

broker::Hub::Options hub_options(const config::History& history) {
  broker::Hub::Options options;
  options.log_events = history.events;
  options.replay_budget_bytes = history.replay_budget_bytes;
  return options;
}

uv::Address address_from(const config::Address& address) { return address_of(address); }

broker::Dataset::Options dataset_options(const config::History& history) {
  broker::Dataset::Options options;
  options.ring = history.events;
  options.ttl_us = static_cast<std::uint64_t>(std::chrono::microseconds(history.ttl).count());
  options.max_bytes = history.max_event_bytes;
  return options;
}

redis::RedisBackplane::Options redis_options(const config::Config& config, std::uint64_t seed) {
  const auto& history = config.backplane.history;
  const auto& redis = config.backplane.redis;
  redis::RedisBackplane::Options options;
  options.address = address_of(redis.url);
  options.username = redis.login();
  options.password = redis.url.password;
  options.password_file = redis.password_file;
  options.sentinel = {redis.sentinel.master, {}, redis.sentinel.username, redis.sentinel.password_file};
  // The configuration was checked by the same grammar.
  for (const auto& node : redis.sentinel.nodes) {
    if (auto address = uv::parse_connect_address(node)) options.sentinel.nodes.push_back(std::move(*address));
  }
  options.database = static_cast<int>(redis.url.database);
  options.prefix = redis.prefix;
  options.load_functions = redis.load_functions;
  options.instance = config.instance;
  options.ring = history.events;
  options.ttl = std::chrono::ceil<std::chrono::seconds>(history.ttl);
  options.max_bytes = history.max_event_bytes;
  options.seed = seed;
  return options;
}

config::LogLevel level_from(redis::Level level) {
  switch (level) {
    case redis::Level::kInfo:
      return config::LogLevel::kInfo;
    case redis::Level::kWarn:
      return config::LogLevel::kWarn;
    case redis::Level::kError:
      return config::LogLevel::kError;
  }
  return config::LogLevel::kError;
}

}  // namespace freshet
