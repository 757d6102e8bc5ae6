// What may change while the daemon runs: its configuration, and the keys of those who issue tokens.

#include <utility>

#include "app.h"
#include "config/listeners.h"
#include "config/print.h"
#include "mapping.h"
#include "redis_tls.h"

namespace freshet {
namespace {

constexpr std::string_view kRedisTlsKeys = "backplane.redis.tls.";

}  // namespace

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
  bool waits_for_restart = false;
  for (const auto& key : config::changed_keys(config_, *loaded)) {
    if (config::is_reloadable(key) && (tls_stays_on || !key.starts_with(kRedisTlsKeys))) {
      changed += " " + key;
    } else {
      waits_for_restart = true;
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
  log_.info("reloaded:" + (!changed.empty()    ? changed
                           : waits_for_restart ? " nothing else has changed"
                                               : " nothing has changed"));
  return true;
}

}  // namespace freshet
