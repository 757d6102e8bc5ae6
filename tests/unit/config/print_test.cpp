#include "config/print.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "base/random.h"
#include "config/auth_rules.h"
#include "config/load.h"
#include "config/units.h"

namespace {

using freshet::base::Random;
using namespace freshet::config;  // NOLINT(google-build-using-namespace): most of the room is used here

std::string word(Random& random, std::string_view alphabet, std::size_t least, std::size_t most) {
  std::string out(random.between(least, most), ' ');
  for (auto& c : out) c = alphabet[random.between(std::size_t{0}, alphabet.size() - 1)];
  return out;
}

bool coin(Random& random) { return random.between(0, 1) == 1; }

std::vector<std::string> words(Random& random, std::string_view alphabet, std::string_view before) {
  std::vector<std::string> out(random.between(std::size_t{0}, std::size_t{4}));
  for (auto& item : out) item = std::string(before) + word(random, alphabet, 1, 12);
  return out;
}

constexpr std::string_view kName = "abcxyz019-";
constexpr std::string_view kNasty = "aZ09 \"'\\${}[]:#%@?/&*!|>-,=";

Auth random_auth(Random& random) {
  Auth auth;
  if (coin(random)) auth.jwt.secret_file = "/dev/null";
  if (coin(random)) auth.jwt.public_key_file = "/dev/null";
  if (coin(random)) auth.jwt.jwks_file = "/dev/null";
  if (coin(random)) auth.jwt.jwks_url = "https://h/" + word(random, "aZ09-._~:/?[]@!$&'()*+,;=%", 0, 30);
  if (auth.jwt.has_keys()) auth.jwt.issuer = word(random, kNasty, 0, 20);
  if (auth.jwt.has_keys()) auth.jwt.audience = word(random, kNasty, 0, 20);
  auth.jwt.cookie = word(random, "aZ09!#$%&'*+-.^_`|~", 1, 20);
  auth.jwt.leeway = std::chrono::milliseconds(random.between(0, 300'000));
  auth.jwt.cache = random.between(std::size_t{0}, std::size_t{1'000'000});
  auth.jwt.jwks_refresh = std::chrono::seconds(random.between(10, 86'400));
  auth.trusted_proxies = words(random, "0123456789abcdef", "2001:db8::ffff:");
  for (auto& proxy : auth.trusted_proxies) {
    if (const auto canonical = trusted_proxy(proxy)) {
      proxy = *canonical;
    } else {
      proxy = coin(random) ? "unix" : "10.0.0.0/8";
    }
  }
  if (!auth.trusted_proxies.empty() && coin(random)) auth.trusted_header = word(random, "aZ09!#$%&'*+-.^_`|~", 1, 20);
  if (!auth.trusted_header.empty() && coin(random)) auth.trusted_channels_header = auth.trusted_header + "-Channels";
  auth.public_channels = words(random, "aZ09_-.:/@~=+,*?", "");
  auth.user_channel = word(random, "aZ09_-.:/@~=+,", 0, 20) + "{sub}" + word(random, "aZ09_-.:/@~=+,", 0, 20);
  auth.expired = coin(random) ? ExpiredTokens::kRetry : ExpiredTokens::kReject;
  auth.expired_retry = std::chrono::milliseconds(random.between(10, 3'600'000));
  auth.expiring_notice = std::chrono::milliseconds(random.between(0, 3'600'000));
  return auth;
}

/// A configuration that passes every check, with every key drawn anew.
Config random_config(Random& random) {
  Config c;
  c.listen.clear();
  const auto listeners = random.between(1, 3);
  for (int i = 0; i < listeners; ++i) {
    const auto port = ':' + std::to_string(1000 * (i + 1) + random.between(0, 999));
    c.listen.push_back(
        *parse_address(coin(random) ? "10.0.0.1" + port : "[2001:db8::" + std::to_string(i) + ']' + port));
  }
  if (coin(random)) c.listen.push_back(*parse_address("unix:/run/" + word(random, "a b\"\\$#:", 1, 9) + "{instance}x"));
  c.reuse_port = coin(random);
  c.ops.listen = *parse_address(coin(random) ? "[::1]:9080" : "[::1]:90{instance}80");
  if (coin(random)) c.ops.publish_keys_file = "/dev/null";
  c.ops.hosts = words(random, kName, "");
  c.instance = word(random, "azAZ09_.-", 0, 64);
  c.backplane.type = coin(random) ? BackplaneType::kRedis : BackplaneType::kMemory;
  auto& redis = c.backplane.redis;
  if (coin(random)) {
    redis.url.host = coin(random) ? "::1" : "redis." + word(random, kName, 1, 9);
    redis.url.port = random.between(std::uint16_t{1}, std::uint16_t{65535});
    redis.url.tls = coin(random);
    if (coin(random)) redis.url.username = word(random, kNasty, 1, 12);
  } else {
    redis.url = *parse_redis_url("unix:///x");
    redis.url.unix_path += word(random, kNasty, 1, 30);
  }
  redis.prefix = "p" + word(random, kName, 0, 9) + ':';
  redis.url.database = random.between(0U, 65535U);
  if (coin(random)) redis.username = redis.url.username;
  redis.load_functions = coin(random);
  if (redis.url.tls) {
    if (coin(random)) redis.tls.ca_file = "/dev/null";
    if (coin(random)) redis.tls.cert_file = redis.tls.key_file = "/dev/null";
    redis.tls.server_name = coin(random) ? "::1" : "n" + word(random, "abc019-.", 0, 9);
    redis.tls.verify = coin(random);
  }
  if (!redis.url.is_unix() && coin(random)) {
    redis.sentinel = {
        "m" + word(random, kName, 0, 9), {"10.0.0.1:26379", "[::1]:7000"}, word(random, kNasty, 0, 9), {}};
    if (coin(random)) redis.sentinel.password_file = "/dev/null";
  }
  auto& history = c.backplane.history;
  history.events = random.between(std::size_t{1}, std::size_t{1'000'000});
  history.ttl = std::chrono::milliseconds(random.between(1000, 100'000'000));
  history.max_event_bytes = random.between(std::size_t{1}, std::size_t{1} << 20U);
  history.replay_budget_bytes = history.max_event_bytes + random.between(std::size_t{0}, std::size_t{1} << 30U);
  c.streams.heartbeat = std::chrono::seconds(random.between(1, 3600));
  c.streams.retry = std::chrono::milliseconds(random.between(10, 3'600'000));
  c.streams.padding_bytes = random.between(std::size_t{0}, std::size_t{4096});
  c.streams.write_buffer_bytes = random.between(std::size_t{4096}, std::size_t{1} << 20U);
  c.auth = random_auth(random);
  c.cors.origins = words(random, "abc", "https://");
  c.cors.credentials = coin(random);
  if (coin(random) && !c.cors.credentials) c.cors.origins = {"*"};
  c.limits.connections = random.between(std::size_t{1}, std::size_t{10'000'000});
  c.limits.connections_per_user = random.between(std::size_t{0}, std::size_t{10'000'000});
  c.limits.connections_per_address = random.between(std::size_t{0}, std::size_t{10'000'000});
  c.limits.connection_rate = random.between(std::size_t{0}, std::size_t{10'000'000});
  c.limits.connection_burst = random.between(std::size_t{1}, std::size_t{10'000'000});
  c.limits.channels_per_connection = random.between(std::size_t{1}, std::size_t{10'000});
  c.limits.buffer_per_connection_bytes =
      c.streams.write_buffer_bytes + random.between(std::size_t{0}, std::size_t{1} << 20U);
  c.limits.buffer_total_bytes =
      c.limits.buffer_per_connection_bytes + random.between(std::size_t{0}, std::size_t{1} << 30U);
  c.limits.memory_bytes = random.between(std::size_t{0}, std::size_t{1} << 40U);
  c.limits.request_bytes = random.between(std::size_t{1024}, std::size_t{1} << 20U);
  c.limits.request_timeout = std::chrono::milliseconds(random.between(100, 3'600'000));
  c.drain.period = std::chrono::milliseconds(random.between(0, 3'600'000));
  c.log.level = static_cast<LogLevel>(random.between(0, 4));
  c.log.format = static_cast<LogFormat>(random.between(0, 1));
  return c;
}

}  // namespace

TEST_CASE("the defaults are printed in full, section by section") {
  const auto text = print(Config{});
  CHECK_THAT(
      text, Catch::StartsWith("listen: [\"127.0.0.1:8080\"]\nreuse_port: false\nops:\n  listen: \"127.0.0.1:9080\"\n"));
  CHECK_THAT(text, Catch::Contains("backplane:\n  type: memory\n  redis:\n    url: \"redis://127.0.0.1:6379/0\"\n"));
  CHECK_THAT(text, Catch::Contains("  history:\n    events: 256\n    ttl: 1h\n    max_event_bytes: 256KiB\n"));
  CHECK_THAT(text, Catch::EndsWith("log:\n  level: info\n  format: text\n"));
}

TEST_CASE("what is printed loads as what it was") {
  Random random(GENERATE(range(std::uint64_t{1}, std::uint64_t{301})));
  const auto config = random_config(random);
  const auto text = print(config);
  INFO(text);
  const auto again = load_text(text, "printed", {});
  if (!again) {
    for (const auto& error : again.error()) UNSCOPED_INFO(error.message);
  }
  REQUIRE(again);
  CHECK(changed_keys(config, *again).empty());
  CHECK(*again == config);
}

TEST_CASE("passwords are printed as stars") {
  Config config;
  config.backplane.redis.url.password = "hunter2";
  CHECK_THAT(print(config), Catch::Contains("url: \"redis://:***@127.0.0.1:6379/0\"") && !Catch::Contains("hunter2"));
}

TEST_CASE("changed keys are told, a changed password too") {
  Config a;
  CHECK(changed_keys(a, a).empty());
  Config b = a;
  b.backplane.redis.url.password = "x";
  b.streams.heartbeat = std::chrono::seconds(1);
  b.listen.push_back(a.ops.listen);
  CHECK(changed_keys(a, b) == std::vector<std::string>{"listen", "backplane.redis.url", "streams.heartbeat"});
}

TEST_CASE("a running configuration takes over the keys that can be reloaded, and no other") {
  Config running;
  Config loaded;
  loaded.listen.push_back(loaded.ops.listen);
  loaded.drain.period = std::chrono::seconds(1);
  loaded.auth.public_channels = {"news"};
  loaded.auth.jwt.jwks_refresh = std::chrono::minutes(1);
  loaded.streams.write_buffer_bytes *= 2;
  loaded.streams.retry = std::chrono::seconds(1);
  take_reloadable(running, loaded);
  CHECK(changed_keys(running, loaded) == std::vector<std::string>{"listen", "streams.write_buffer", "drain.period"});
  CHECK(changed_keys(running, Config()) ==
        std::vector<std::string>{"streams.retry", "auth.jwt.jwks_refresh", "auth.public_channels"});
}

TEST_CASE("exactly the keys that take effect while streams are open are reloadable") {
  std::vector<std::string> reloadable;
  for (const auto& path : key_paths()) {
    if (is_reloadable(path)) reloadable.push_back(path);
  }
  CHECK(reloadable == std::vector<std::string>{"ops.publish_keys_file",
                                               "backplane.redis.tls.ca_file",
                                               "backplane.redis.tls.cert_file",
                                               "backplane.redis.tls.key_file",
                                               "backplane.redis.tls.server_name",
                                               "backplane.redis.tls.verify",
                                               "streams.heartbeat",
                                               "streams.retry",
                                               "streams.padding",
                                               "auth.jwt.secret_file",
                                               "auth.jwt.public_key_file",
                                               "auth.jwt.jwks_file",
                                               "auth.jwt.jwks_url",
                                               "auth.jwt.jwks_refresh",
                                               "auth.jwt.issuer",
                                               "auth.jwt.audience",
                                               "auth.jwt.cookie",
                                               "auth.jwt.leeway",
                                               "auth.jwt.cache",
                                               "auth.trusted_header",
                                               "auth.trusted_channels_header",
                                               "auth.trusted_proxies",
                                               "auth.public_channels",
                                               "auth.user_channel",
                                               "auth.expired",
                                               "auth.expired_retry",
                                               "auth.expiring_notice",
                                               "cors.origins",
                                               "cors.credentials",
                                               "limits.connections",
                                               "limits.connections_per_user",
                                               "limits.connections_per_address",
                                               "limits.connection_rate",
                                               "limits.connection_burst",
                                               "limits.channels_per_connection",
                                               "limits.buffer_per_connection",
                                               "limits.buffer_total",
                                               "limits.memory",
                                               "limits.request_bytes",
                                               "limits.request_timeout",
                                               "log.level"});
  CHECK_FALSE(is_reloadable("nope"));
}
