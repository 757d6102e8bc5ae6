#include "app.h"

#include <csignal>
#include <random>
#include <utility>

#include "broker/memory_backplane.h"
#include "config/listeners.h"
#include "config/print.h"
#include "exit_codes.h"
#include "redis/redis_backplane.h"
#include "systemd.h"

namespace freshet {
namespace {

constexpr std::chrono::seconds kReadinessInterval{1};

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

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
  settings.max_event_bytes = config.backplane.history.max_event_bytes;
  settings.public_channels = config.auth.public_channels;
  settings.cors_origins = config.cors.origins;
  settings.cors_credentials = config.cors.credentials;
  settings.ops_hosts = config.ops.hosts;
  settings.dev = config.dev;
  return settings;
}

broker::Hub::Options hub_options(const config::History& history) {
  broker::Hub::Options options;
  options.log_events = history.events;
  options.replay_budget_bytes = history.replay_budget_bytes;
  return options;
}

uv::Address address_from(const config::Address& address) {
  return address.is_unix() ? uv::Address::unix_socket(address.unix_path) : uv::Address::tcp(address.host, address.port);
}

std::string url_of(const uv::Address& address) {
  return address.kind == uv::Address::Kind::kTcp ? "http://" + address.text() : address.text();
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

}  // namespace

App::App(config::Config config, config::Sources sources, Log& log, std::string version)
    : config_(std::move(config)),
      sources_(std::move(sources)),
      log_(log),
      seed_(random_seed()),
      settings_(settings_from(config_)),
      metrics_(std::move(version)),
      backplane_(make_backplane()),
      hub_(loop_, *backplane_, hub_options(config_.backplane.history)),
      public_routes_(settings_, statistics_, seed_ + 1),
      ops_routes_(settings_, *backplane_,
                  {[this] { return trouble(); }, [this] { return metrics_text(); },
                   [this](std::string_view channel) { return hub_.view(channel); }}),
      public_(loop_, hub_, public_routes_, settings_, statistics_, seed_ + 2),
      ops_(loop_, hub_, ops_routes_, settings_, statistics_, seed_ + 3),
      loop_lag_(loop_),
      turn_end_(loop_, [this] { end_turn(); }),
      signals_(loop_, {SIGTERM, SIGINT, SIGHUP}, [this](int signal) { on_signal(signal); }) {}

App::~App() = default;

std::unique_ptr<broker::Backplane> App::make_backplane() {
  const auto& history = config_.backplane.history;
  if (config_.backplane.type == config::BackplaneType::kMemory) {
    broker::Dataset::Options options;
    options.ring = history.events;
    options.ttl_us = static_cast<std::uint64_t>(std::chrono::microseconds(history.ttl).count());
    options.max_bytes = history.max_event_bytes;
    return std::make_unique<broker::MemoryBackplane>(loop_, options, std::to_string(seed_));
  }
  const auto& redis = config_.backplane.redis;
  redis::RedisBackplane::Options options;
  options.address = redis.url.is_unix() ? uv::Address::unix_socket(redis.url.unix_path)
                                        : uv::Address::tcp(redis.url.host, redis.url.port);
  options.username = redis.login();
  options.password = redis.url.password;
  options.password_file = redis.password_file;
  options.database = static_cast<int>(redis.url.database);
  options.prefix = redis.prefix;
  options.load_functions = redis.load_functions;
  options.instance = config_.instance;
  options.ring = history.events;
  options.ttl = std::chrono::ceil<std::chrono::seconds>(history.ttl);
  options.max_bytes = history.max_event_bytes;
  options.seed = seed_;
  auto backplane = std::make_unique<redis::RedisBackplane>(
      loop_, std::move(options),
      [this](redis::Level level, const std::string& message) { log_.write(level_from(level), message); });
  redis_ = backplane.get();
  return backplane;
}

int App::listen() {
  uv::ListenerOptions options;
  options.reuse_port = config_.reuse_port;
  bool public_passed = false;
  bool ops_passed = false;
  for (auto& passed : systemd::passed_sockets()) {
    const bool ops = passed.name == "ops";
    (ops ? ops_passed : public_passed) = true;
    if (const int code = note_listener((ops ? ops_ : public_).adopt(std::move(passed.fd), options), ops); code != 0) {
      return code;
    }
  }
  if (!public_passed) {
    for (const auto& address : config_.listen) {
      if (const int code = note_listener(public_.listen(address_from(address), options), false); code != 0) return code;
    }
  }
  options.reuse_port = false;
  return ops_passed ? kExitOk : note_listener(ops_.listen(address_from(config_.ops.listen), options), true);
}

int App::note_listener(const base::Result<uv::Address>& bound, bool ops) {
  if (!bound) {
    log_.error(bound.error().message);
    return kExitUnavailable;
  }
  log_.info("listening on " + url_of(*bound) + (ops ? " (ops)" : " (public)"));
  if (bound->kind == uv::Address::Kind::kUnix || uv::is_loopback(*bound)) return kExitOk;
  if (config_.dev) {
    log_.error("--dev needs every listener on loopback, and " + bound->text() + " is not");
    return kExitUsage;
  }
  if (ops) {
    ops_routes_.close_to_others();
    log_.warn("the operations listener can be reached from other machines: it serves health and metrics only");
  }
  return kExitOk;
}

int App::run() {
  if (const int code = listen(); code != kExitOk) return code;
  hub_.start();
  readiness_timer_ = loop_.after(std::chrono::milliseconds(100), [this] { report_readiness(); });
  systemd::notify_ready();
  loop_.run();
  log_.info("stopped");
  return kExitOk;
}

void App::end_turn() {
  const auto ids = hub_.take_fanned_out();
  const auto began = std::chrono::steady_clock::now();
  public_.end_turn();
  ops_.end_turn();
  if (ids.empty()) return;
  metrics_.observe_fanout(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  metrics_.observe_publish_to_write(ids, loop_.wall_us());
}

std::string App::trouble() const { return draining_ ? "draining" : hub_.trouble(); }

/// A line at each change, none repeated.
void App::report_readiness() {
  const auto now = trouble();
  if (!draining_ && now != reported_trouble_) {
    if (now.empty()) {
      log_.info("ready");
    } else if (!reported_trouble_ || reported_trouble_->empty()) {
      log_.warn("not ready: " + now);
    }
    reported_trouble_ = now;
  }
  readiness_timer_ = loop_.after(kReadinessInterval, [this] { report_readiness(); });
}

std::string App::metrics_text() const {
  server::Snapshot now;
  now.channels = hub_.channel_count();
  now.buffered_bytes = public_.buffered_bytes();
  now.log_bytes = hub_.log_bytes();
  now.subscriber_up = hub_.subscriber_up();
  now.command_up = hub_.command_up();
  if (redis_ != nullptr) {
    const auto status = redis_->status();
    now.redis_reconnects = status.subscriber_reconnects + status.command_reconnects;
  }
  now.loop_lag_seconds = loop_lag_.seconds();
  return metrics_.text(statistics_, hub_.counters(), now);
}

void App::on_signal(int signal) {
  if (signal == SIGHUP) {
    systemd::notify_reloading();
    reload();
    return systemd::notify_ready();
  }
  if (draining_) {
    log_.warn("told again to stop: stopping at once");
    return loop_.stop();
  }
  drain();
}

void App::drain() {
  draining_ = true;
  systemd::notify_stopping();
  log_.info("draining " + std::to_string(statistics_.streams) + " streams over " +
            std::to_string(config_.drain.period.count()) + " ms");
  public_.drain(config_.drain.period, [this] { loop_.stop(); });
}

void App::reload() {
  auto loaded = config::load(sources_);
  if (!loaded) {
    for (const auto& error : loaded.error()) log_.error("reload: " + error.message);
    return log_.error("reload: the configuration is broken; nothing was changed");
  }
  if (const auto named = config::resolve_instance(*loaded, config_.instance); !named) {
    return log_.error("reload: " + named.error().message + "; nothing was changed");
  }
  auto next = config_;
  next.auth = loaded->auth;
  next.cors = loaded->cors;
  next.limits = loaded->limits;
  next.log.level = loaded->log.level;
  next.streams.heartbeat = loaded->streams.heartbeat;
  next.streams.retry = loaded->streams.retry;
  next.streams.padding_bytes = loaded->streams.padding_bytes;
  std::string changed;
  for (const auto& key : config::changed_keys(config_, *loaded)) {
    if (config::is_reloadable(key)) {
      changed += " " + key;
    } else {
      log_.warn("reload: " + key + " has changed, which takes a restart");
    }
  }
  config_ = std::move(next);
  settings_ = settings_from(config_);
  log_.set_level(config_.log.level);
  log_.info("reloaded:" + (changed.empty() ? " nothing has changed" : changed));
}

}  // namespace freshet
