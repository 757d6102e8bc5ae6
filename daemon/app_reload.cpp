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
  file_keys_ = std::move(credentials.keys);
  publish_keys_ = std::move(credentials.publish_keys);
  use_keys();
}

void App::use_keys() {
  auto keys = file_keys_;
  if (jwks_source_ && !jwks_source_->text().empty()) {
    // What cannot be used of it was said when it was taken.
    static_cast<void>(keys.add_jwks(jwks_source_->text()));
  }
  verifier_.set_keys(std::move(keys));
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
        loop_, jwt.jwks_url, jwt.jwks_refresh, [this](const std::string& text) { return take_jwks(text); },
        [this](const std::string& reason) { log_.error("auth.jwt.jwks_url: " + reason); });
  }
  use_keys();
}

base::Result<void> App::take_jwks(const std::string& text) {
  auto keys = file_keys_;
  const auto skipped = keys.add_jwks(text);
  if (!skipped) return tl::unexpected(skipped.error());
  if (keys.size() == file_keys_.size()) {
    // To take it over would be the end of all streams to come.
    return base::fail("JWK set: no key can be used" + (skipped->empty() ? "" : ": " + skipped->front()));
  }
  for (const auto& reason : *skipped) log_.warn("auth.jwt.jwks_url: " + reason);
  verifier_.set_keys(std::move(keys));
  log_.info("auth.jwt.jwks_url: took a new key set");
  return {};
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
  auto credentials = load_credentials(*loaded);
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
  config::take_reloadable(next, *loaded);
  if (tls_stays_on) {
    redis_tls_ = std::move(*redis_tls);
  } else {
    next.backplane.redis.tls = config_.backplane.redis.tls;
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
  const bool other_url = next.auth.jwt.jwks_url != config_.auth.jwt.jwks_url;
  config_ = std::move(next);
  apply(std::move(*credentials));
  if (other_url) {
    watch_jwks();
  } else if (jwks_source_) {
    jwks_source_->set_refresh(config_.auth.jwt.jwks_refresh);
  }
  settings_ = settings_from(config_);
  log_.set_level(config_.log.level);
  warn_of_unverified_redis();
  log_.info("reloaded:" + (!changed.empty()    ? changed
                           : waits_for_restart ? " nothing else has changed"
                                               : " nothing has changed"));
  return true;
}

}  // namespace freshet
