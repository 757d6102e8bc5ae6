#include "app.h"

#include <csignal>
#include <random>
#include <utility>

#include "base/text.h"
#include "broker/memory_backplane.h"
#include "config/listeners.h"
#include "config/print.h"
#include "exit_codes.h"
#include "mapping.h"
#include "redis/redis_backplane.h"
#include "redis_tls.h"
#include "server/ops/status.h"
#include "startup_memory.h"
#include "systemd.h"

namespace freshet {
namespace {

constexpr std::chrono::seconds kReadinessInterval{1};
constexpr std::string_view kRedisTlsKeys = "backplane.redis.tls.";

std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

std::string url_of(const uv::Address& address) {
  return address.kind == uv::Address::Kind::kTcp ? "http://" + address.text() : address.text();
}

}  // namespace

App::App(config::Config config, config::Sources sources, Credentials credentials, std::optional<tls::Context> redis_tls,
         Log& log, std::string version)
    : config_(std::move(config)),
      sources_(std::move(sources)),
      log_(log),
      version_(std::move(version)),
      seed_(random_seed()),
      settings_(settings_from(config_)),
      metrics_(version_),
      started_(loop_.now()),
      started_at_us_(loop_.wall_us()),
      verifier_(verifier_options(config_.auth.jwt), {}),
      gate_(settings_, verifier_, loop_,
            [this] {
              if (jwks_source_) jwks_source_->key_missing();
            }),
      redis_tls_(std::move(redis_tls)),
      backplane_(make_backplane()),
      hub_(loop_, *backplane_, hub_options(config_.backplane.history)),
      revocations_(loop_, *control_, statistics_,
                   [this](const server::Revocations::Ending& ending) { return end_streams(ending); }),
      public_routes_(
          loop_, settings_, statistics_, gate_, quotas_,
          [this](const auth::Identity& who) { return revocations_.barred(who.subject, who.issued_at); }, seed_ + 1),
      ops_access_(publish_keys_, gate_),
      ops_routes_(loop_, settings_, *backplane_, revocations_, ops_access_,
                  {[this] { return trouble(); }, [this] { return metrics_text(); },
                   [this](std::string_view channel) { return hub_.view(channel); }, [this] { return status(); },
                   [this](const server::Caller& caller, const std::vector<http::Header>& headers) {
                     return public_routes_.turn_away(caller, headers);
                   }}),
      public_(loop_, hub_, public_routes_,
              {settings_, statistics_, quotas_, [this](const server::StreamReport& report) { log_end(report); }},
              seed_ + 2),
      ops_(loop_, hub_, ops_routes_, {settings_, ops_statistics_, quotas_, {}}, seed_ + 3),
      loop_lag_(loop_),
      memory_watch_(
          loop_, [this] { return config_.limits.memory_bytes; }, [this](bool full) { report_memory(full); }),
      service_report_(loop_, [this] { return service_state(); }),
      turn_end_(loop_, [this] { end_turn(); }),
      signals_(loop_, {SIGTERM, SIGINT, SIGHUP}, [this](int signal) { on_signal(signal); }) {
  apply(std::move(credentials));
  warn_of_unverified_redis();
}

App::~App() = default;

void App::apply(Credentials credentials) {
  for (const auto& note : credentials.notes) log_.warn(note);
  verifier_.set_options(verifier_options(config_.auth.jwt));
  verifier_.set_keys(std::move(credentials.keys));
  publish_keys_ = std::move(credentials.publish_keys);
}

void App::warn_of_unverified_redis() {
  if (!redis_tls_ || redis_tls_->verifies()) return;
  log_.warn("backplane.redis.tls.verify is false: whoever sits between here and Redis can read and change everything");
}

/// Fetches the key set from where the configuration says now.
void App::watch_jwks() {
  const auto& jwt = config_.auth.jwt;
  jwks_source_.reset();
  if (!jwt.jwks_url.empty()) {
    jwks_source_ = std::make_unique<JwksSource>(
        loop_, jwt.jwks_url, jwt.jwks_refresh, [this](const std::string& text) { take_jwks(text); },
        [this](const std::string& reason) {
          log_.error("auth.jwt.jwks_url: " + reason +
                     (fetched_jwks_.empty() ? "" : "; the last key set stays in force"));
        });
  }
  renew_settings();
}

void App::renew_settings() {
  settings_ = settings_from(config_);
  settings_.awaits_keys = jwks_source_ != nullptr && fetched_jwks_.empty();
  settings_.memory_full = memory_watch_.full();
}

void App::take_jwks(const std::string& text) {
  auto credentials = load_credentials(config_, text);
  if (!credentials) {
    for (const auto& error : credentials.error()) log_.error(error.message + "; the last keys stay in force");
    return;
  }
  fetched_jwks_ = text;
  renew_settings();
  log_.info("auth.jwt.jwks_url: took a new key set");
  apply(std::move(*credentials));
}

/// The access log: a line for each stream, at its end. Names no token and no query.
void App::log_end(const server::StreamReport& report) {
  if (config_.log.level > config::LogLevel::kInfo) return;
  std::string line("stream ended: reason=" + std::string(report.reason));
  const auto& visitor = report.visitor;
  if (!visitor.subject().empty()) line += " user=\"" + base::printable(visitor.subject()) + "\"";
  if (visitor.address()) line += " address=" + visitor.address()->text();
  line += " channels=";
  for (const auto channel : report.channels) line.append(line.back() == '=' ? "" : ",").append(channel);
  const auto ms = report.duration / std::chrono::milliseconds(1);
  line += " duration_ms=" + std::to_string(ms) + " events=" + std::to_string(report.events) +
          " bytes=" + std::to_string(report.bytes);
  line += " resume=" + (report.resume.empty() ? "none" : std::string(report.resume));
  log_.info(line);
}

std::size_t App::end_streams(const server::Revocations::Ending& ending) {
  const bool of_user = ending.target == server::Disconnect::Target::kUser;
  const auto ended = of_user ? public_.end_streams_of_user(ending.name, ending.issued_before_s)
                             : public_.end_streams_on_channel(ending.name);
  // What is caught up on may be long ago, and mostly concerns nobody who is here.
  if (ended > 0 || !ending.issued_before_s) {
    log_.info("disconnect: " + std::string(of_user ? "user" : "channel") + "=\"" + base::printable(ending.name) +
              "\" streams=" + std::to_string(ended));
  }
  return ended;
}

std::unique_ptr<broker::Backplane> App::make_backplane() {
  if (config_.backplane.type == config::BackplaneType::kMemory) {
    auto backplane = std::make_unique<broker::MemoryBackplane>(loop_, dataset_options(config_.backplane.history),
                                                               std::to_string(seed_));
    control_ = backplane.get();
    return backplane;
  }
  auto options = redis_options(config_, seed_);
  options.tls = redis_tls_ ? &*redis_tls_ : nullptr;
  auto backplane = std::make_unique<redis::RedisBackplane>(
      loop_, options,
      [this](redis::Level level, const std::string& message) { log_.write(level_from(level), message); });
  redis_ = backplane.get();
  control_ = backplane.get();
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
    ops_access_.close_to_others();
    if (publish_keys_.empty()) {
      log_.warn(
          "the operations listener can be reached from other machines: without ops.publish_keys_file it serves "
          "health and metrics only");
    }
  }
  return kExitOk;
}

int App::run() {
  if (const int code = listen(); code != kExitOk) return code;
  hub_.start();
  watch_jwks();
  readiness_timer_ = loop_.after(std::chrono::milliseconds(100), [this] { report_readiness(); });
  service_report_.start();
  loop_.run();
  log_.info("stopped");
  return kExitOk;
}

void App::end_turn() {
  hub_.take_fanned_out(fanned_out_);
  const auto began = std::chrono::steady_clock::now();
  public_.end_turn();
  ops_.end_turn();
  if (fanned_out_.empty()) return;
  metrics_.observe_fanout(std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  metrics_.observe_publish_to_write(fanned_out_, loop_.wall_us());
}

std::string App::trouble() const { return draining_ ? "draining" : hub_.trouble(); }

/// A line at each change, none repeated.
void App::report_readiness() {
  const auto now = trouble();
  if (!draining_ && now != reported_trouble_) {
    if (!reported_trouble_) give_back_startup_memory();
    if (now.empty()) {
      log_.info("ready");
    } else if (!reported_trouble_ || reported_trouble_->empty()) {
      log_.warn("not ready: " + now);
    }
    reported_trouble_ = now;
  }
  readiness_timer_ = loop_.after(kReadinessInterval, [this] { report_readiness(); });
}

ServiceReport::State App::service_state() const {
  return {.trouble = trouble(),
          .backplane = redis_ != nullptr ? "Redis up" : "memory backplane",
          .streams = statistics_.streams,
          .channels = hub_.channel_count()};
}

void App::report_memory(bool full) {
  settings_.memory_full = full;
  if (!full) return log_.info("limits.memory: below it again, new streams are taken");
  log_.warn("limits.memory: " + std::to_string(resident_bytes()) + " bytes are resident: new streams are turned away");
}

server::Snapshot App::snapshot() const {
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
  now.ready = trouble().empty();
  now.probe_age_seconds = std::chrono::duration<double>(hub_.mark_age()).count();
  now.loop_lag_seconds = loop_lag_.seconds();
  now.connections_limit = settings_.connections;
  now.buffered_limit_bytes = settings_.buffer_total_bytes;
  now.memory_limit_bytes = config_.limits.memory_bytes;
  now.process = process_meter_.read(public_.connections());
  return now;
}

std::string App::metrics_text() const { return metrics_.text(statistics_, hub_.counters(), snapshot()); }

std::string App::status() const {
  server::StatusFacts facts;
  facts.instance = config_.instance;
  facts.version = version_;
  facts.backplane = redis_ != nullptr ? "redis" : "memory";
  facts.started_at_us = started_at_us_;
  facts.uptime = loop_.now() - started_;
  facts.draining = draining_;
  facts.trouble = trouble();
  // What the dataset says is in force; until it has been heard, what is configured.
  const auto& dataset = hub_.dataset();
  const auto configured = dataset_options(config_.backplane.history);
  facts.history_events = dataset ? dataset->ring : configured.ring;
  facts.history_ttl = std::chrono::microseconds(dataset ? dataset->ttl : configured.ttl_us);
  facts.max_event_bytes = dataset ? dataset->max_bytes : configured.max_bytes;
  facts.now = snapshot();
  facts.publish_to_write = metrics_.publish_to_write();
  return server::status_json(facts, statistics_, hub_.counters());
}

void App::on_signal(int signal) {
  if (signal == SIGHUP) {
    service_report_.reloading();
    return service_report_.reloaded(reload());
  }
  if (draining_) {
    log_.warn("told again to stop: stopping at once");
    return loop_.stop();
  }
  drain();
}

void App::drain() {
  draining_ = true;
  service_report_.stopping();
  log_.info("draining " + std::to_string(statistics_.streams) + " streams over " +
            std::to_string(config_.drain.period.count()) + " ms");
  // Answers that are awaited, of publications above all, are given before the end.
  public_.drain(config_.drain.period, [this] { ops_.drain(base::Duration::zero(), [this] { loop_.stop(); }); });
}

bool App::reload() {
  auto loaded = config::load(sources_);
  if (!loaded) {
    for (const auto& error : loaded.error()) log_.error("reload: " + error.message);
    log_.error("reload: the configuration is broken; nothing was changed");
    return false;
  }
  if (const auto named = config::resolve_instance(*loaded, config_.instance); !named) {
    log_.error("reload: " + named.error().message + "; nothing was changed");
    return false;
  }
  const bool other_url = loaded->auth.jwt.jwks_url != config_.auth.jwt.jwks_url ||
                         loaded->auth.jwt.jwks_refresh != config_.auth.jwt.jwks_refresh;
  auto credentials = load_credentials(*loaded, other_url ? std::string_view() : fetched_jwks_);
  if (!credentials) {
    for (const auto& error : credentials.error()) log_.error("reload: " + error.message);
    log_.error("reload: the keys are broken; nothing was changed");
    return false;
  }
  auto redis_tls = load_redis_tls(loaded->backplane);
  if (!redis_tls) {
    for (const auto& error : redis_tls.error()) log_.error("reload: " + error.message);
    log_.error("reload: the certificates are broken; nothing was changed");
    return false;
  }
  const bool tls_stays_on = redis_tls_ && *redis_tls;
  auto next = config_;
  next.ops.publish_keys_file = loaded->ops.publish_keys_file;
  next.auth = loaded->auth;
  next.cors = loaded->cors;
  next.limits = loaded->limits;
  next.log.level = loaded->log.level;
  next.streams.heartbeat = loaded->streams.heartbeat;
  next.streams.retry = loaded->streams.retry;
  next.streams.padding_bytes = loaded->streams.padding_bytes;
  if (tls_stays_on) {
    next.backplane.redis.tls = loaded->backplane.redis.tls;
    redis_tls_ = std::move(*redis_tls);
  }
  std::string changed;
  for (const auto& key : config::changed_keys(config_, *loaded)) {
    if (config::is_reloadable(key) && (tls_stays_on || !key.starts_with(kRedisTlsKeys))) {
      changed += " " + key;
    } else {
      log_.warn("reload: " + key + " has changed, which takes a restart");
    }
  }
  config_ = std::move(next);
  apply(std::move(*credentials));
  if (other_url) {
    fetched_jwks_.clear();
    watch_jwks();
  }
  renew_settings();
  log_.set_level(config_.log.level);
  warn_of_unverified_redis();
  log_.info("reloaded:" + (changed.empty() ? " nothing has changed" : changed));
  return true;
}

}  // namespace freshet
