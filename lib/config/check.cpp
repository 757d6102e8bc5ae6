#include "config/check.h"

#include <algorithm>

#include "base/text.h"
#include "config/file.h"
#include "config/units.h"

namespace freshet::config {
namespace {

using Findings = std::vector<Finding>;

constexpr std::string_view kListen = "listen";
constexpr std::string_view kOpsListen = "ops.listen";
constexpr std::string_view kUrl = "backplane.redis.url";
constexpr std::string_view kPrefix = "backplane.redis.prefix";
constexpr std::string_view kUsername = "backplane.redis.username";
constexpr std::string_view kPasswordFile = "backplane.redis.password_file";
constexpr std::string_view kMaster = "backplane.redis.sentinel.master";
constexpr std::string_view kNodes = "backplane.redis.sentinel.nodes";
constexpr std::string_view kCaFile = "backplane.redis.tls.ca_file";
constexpr std::string_view kCertFile = "backplane.redis.tls.cert_file";
constexpr std::string_view kKeyFile = "backplane.redis.tls.key_file";
constexpr std::string_view kServerName = "backplane.redis.tls.server_name";
constexpr std::string_view kVerify = "backplane.redis.tls.verify";
constexpr std::string_view kMaxEventBytes = "backplane.history.max_event_bytes";
constexpr std::string_view kReplayBudget = "backplane.history.replay_budget";
constexpr std::string_view kPadding = "streams.padding";
constexpr std::string_view kWriteBuffer = "streams.write_buffer";
constexpr std::string_view kBuffer = "limits.buffer_per_connection";
constexpr std::string_view kBufferTotal = "limits.buffer_total";
constexpr std::string_view kTrustedHeader = "auth.trusted_header";
constexpr std::string_view kTrustedChannelsHeader = "auth.trusted_channels_header";
constexpr std::string_view kTrustedProxies = "auth.trusted_proxies";
constexpr std::string_view kIssuer = "auth.jwt.issuer";
constexpr std::string_view kAudience = "auth.jwt.audience";
constexpr std::string_view kSecretFile = "auth.jwt.secret_file";
constexpr std::string_view kPublicKeyFile = "auth.jwt.public_key_file";
constexpr std::string_view kJwksFile = "auth.jwt.jwks_file";
constexpr std::string_view kJwksUrl = "auth.jwt.jwks_url";
constexpr std::string_view kOrigins = "cors.origins";
constexpr std::string_view kCredentials = "cors.credentials";

void add(Findings& findings, std::string_view path, std::string message, std::vector<std::string_view> about) {
  findings.push_back({std::string(path), std::move(message), std::move(about)});
}

bool same_place(const Address& a, const Address& b) {
  return a == b && (a.is_unix() || a.port != 0 || !a.port_pattern.empty());
}

void check_listeners(const Config& config, Findings& findings) {
  if (config.listen.empty()) add(findings, kListen, "needs at least one address", {kListen});
  for (std::size_t i = 0; i < config.listen.size(); ++i) {
    const auto& address = config.listen[i];
    const auto end = config.listen.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(config.listen.begin(), end, [&](const Address& other) { return same_place(address, other); })) {
      add(findings, kListen, "names " + to_string(address) + " twice", {kListen});
    }
    if (same_place(address, config.ops.listen)) {
      add(findings, kOpsListen, to_string(address) + " is a public listener already", {kListen, kOpsListen});
    }
  }
}

void check_redis(const Redis& redis, Findings& findings) {
  if (redis.url.database != 0 && redis.prefix == Redis{}.prefix) {
    add(findings, kUrl,
        "database " + std::to_string(redis.url.database) +
            " needs a prefix of its own, since pub/sub ignores database numbers (set backplane.redis.prefix to "
            "something other than \"freshet:\")",
        {kUrl, kPrefix});
  }
  if (!redis.username.empty() && !redis.url.username.empty() && redis.username != redis.url.username) {
    add(findings, kUsername, "differs from the user in backplane.redis.url (leave one of them out)", {kUrl, kUsername});
  }
  if (!redis.password_file.empty() && !redis.url.password.empty()) {
    add(findings, kPasswordFile, "cannot be used with a password in backplane.redis.url (leave one of them out)",
        {kUrl, kPasswordFile});
  }
}

void check_tls(const Redis& redis, Findings& findings) {
  const auto& tls = redis.tls;
  const auto needs_tls = [&](std::string_view path, bool given) {
    if (!given || redis.url.tls) return;
    add(findings, path,
        redis.url.is_unix() ? "is not for a unix socket, which does without TLS"
                            : "does nothing unless backplane.redis.url begins with rediss://",
        {kUrl, path});
  };
  needs_tls(kCaFile, !tls.ca_file.empty());
  needs_tls(kCertFile, !tls.cert_file.empty());
  needs_tls(kKeyFile, !tls.key_file.empty());
  needs_tls(kServerName, !tls.server_name.empty());
  needs_tls(kVerify, !tls.verify);
  if (!tls.cert_file.empty() && tls.key_file.empty()) {
    add(findings, kCertFile, "needs its key (set backplane.redis.tls.key_file)", {kCertFile, kKeyFile});
  }
  if (tls.cert_file.empty() && !tls.key_file.empty()) {
    add(findings, kKeyFile, "needs its certificate (set backplane.redis.tls.cert_file)", {kCertFile, kKeyFile});
  }
}

void check_sentinel(const Redis& redis, Findings& findings) {
  const auto& sentinel = redis.sentinel;
  if (!sentinel.master.empty() && sentinel.nodes.empty()) {
    add(findings, kNodes, "needs at least one sentinel to ask for \"" + sentinel.master + '"', {kMaster, kNodes});
  }
  if (sentinel.master.empty() && !sentinel.nodes.empty()) {
    add(findings, kMaster, "must say which primary to ask the sentinels for", {kMaster, kNodes});
  }
  for (auto node = sentinel.nodes.begin(); node != sentinel.nodes.end(); ++node) {
    if (std::find(sentinel.nodes.begin(), node, *node) != node) {
      add(findings, kNodes, "names " + *node + " twice", {kNodes});
    }
  }
  if (!sentinel.master.empty() && redis.url.is_unix()) {
    add(findings, kUrl, "is a unix socket, but sentinels name addresses (write redis://, the host is not used)",
        {kUrl, kMaster});
  }
}

void check_files(const Config& config, Findings& findings) {
  const auto readable = [&](std::string_view path, const std::string& file) {
    if (file.empty()) return;
    const auto checked = check_readable(file);
    if (!checked) add(findings, path, file + ": " + checked.error().message, {path});
  };
  readable("ops.publish_keys_file", config.ops.publish_keys_file);
  readable(kPasswordFile, config.backplane.redis.password_file);
  readable(kCaFile, config.backplane.redis.tls.ca_file);
  readable(kCertFile, config.backplane.redis.tls.cert_file);
  readable(kKeyFile, config.backplane.redis.tls.key_file);
  readable("backplane.redis.sentinel.password_file", config.backplane.redis.sentinel.password_file);
  readable(kSecretFile, config.auth.jwt.secret_file);
  readable(kPublicKeyFile, config.auth.jwt.public_key_file);
  readable(kJwksFile, config.auth.jwt.jwks_file);
}

void check_sizes(const Config& config, Findings& findings) {
  const auto at_least = [&](std::string_view path, std::size_t value, std::string_view other, std::size_t least) {
    if (value >= least) return;
    add(findings, path,
        format_size(value) + " is less than " + std::string(other) + " (" + format_size(least) +
            "), which it must hold",
        {path, other});
  };
  const auto& history = config.backplane.history;
  const auto buffer_bytes = config.limits.buffer_per_connection_bytes;
  at_least(kReplayBudget, history.replay_budget_bytes, kMaxEventBytes, history.max_event_bytes);
  at_least(kBuffer, buffer_bytes, kWriteBuffer, config.streams.write_buffer_bytes);
  at_least(kBuffer, buffer_bytes, kPadding, config.streams.padding_bytes);
  at_least(kBufferTotal, config.limits.buffer_total_bytes, kBuffer, buffer_bytes);
}

void check_trust(const Auth& auth, Findings& findings) {
  if (!auth.trusted_header.empty() && auth.trusted_proxies.empty()) {
    add(findings, kTrustedHeader, "is taken from nobody as long as auth.trusted_proxies is empty (list the proxies)",
        {kTrustedHeader, kTrustedProxies});
  }
  if (auth.trusted_channels_header.empty()) return;
  if (auth.trusted_header.empty()) {
    add(findings, kTrustedChannelsHeader, "needs auth.trusted_header, which says whose channels they are",
        {kTrustedHeader, kTrustedChannelsHeader});
  } else if (base::equals_ignoring_case(auth.trusted_header, auth.trusted_channels_header)) {
    add(findings, kTrustedChannelsHeader, "is auth.trusted_header already", {kTrustedHeader, kTrustedChannelsHeader});
  }
}

/// Whoever says which tokens to believe means to believe some.
void check_jwt(const Jwt& jwt, Findings& findings) {
  if (jwt.has_keys()) return;
  const auto needs_keys = [&](std::string_view path, const std::string& value) {
    if (value.empty()) return;
    add(findings, path,
        "without keys every token is refused (set auth.jwt.jwks_url, jwks_file, public_key_file or secret_file)",
        {path, kSecretFile, kPublicKeyFile, kJwksFile, kJwksUrl});
  };
  needs_keys(kIssuer, jwt.issuer);
  needs_keys(kAudience, jwt.audience);
}

void check_cors(const Cors& cors, Findings& findings) {
  if (std::find(cors.origins.begin(), cors.origins.end(), "*") == cors.origins.end()) return;
  if (cors.origins.size() > 1) {
    add(findings, kOrigins, "\"*\" allows every origin already (leave the others out)", {kOrigins});
  }
  if (cors.credentials) {
    add(findings, kCredentials,
        "browsers take no credentials from any origin \"*\" (set cors.credentials: false, or list exact origins in "
        "cors.origins)",
        {kOrigins, kCredentials});
  }
}

}  // namespace

std::vector<Finding> check(const Config& config) {
  Findings findings;
  check_listeners(config, findings);
  check_redis(config.backplane.redis, findings);
  check_tls(config.backplane.redis, findings);
  check_sentinel(config.backplane.redis, findings);
  check_files(config, findings);
  check_sizes(config, findings);
  check_trust(config.auth, findings);
  check_jwt(config.auth.jwt, findings);
  check_cors(config.cors, findings);
  return findings;
}

}  // namespace freshet::config
