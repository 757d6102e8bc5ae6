#include "config/load.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "config/print.h"
#include "unit/config/temp_dir.h"

namespace {

using freshet::config::BackplaneType;
using freshet::config::Config;
using freshet::config::load;
using freshet::config::load_text;
using freshet::config::LogLevel;
using freshet::config::Sources;
using Messages = std::vector<std::string>;

Messages errors_of(const std::string& text, const Sources& sources = {}) {
  Messages messages;
  const auto config = load_text(text, "f.yaml", sources);
  if (!config) {
    for (const auto& error : config.error()) messages.push_back(error.message);
  }
  return messages;
}

Config config_of(const std::string& text, const Sources& sources = {}) {
  INFO(text);
  const auto config = load_text(text, "f.yaml", sources);
  REQUIRE(config);
  return *config;
}

}  // namespace

TEST_CASE("nothing given is the defaults") {
  CHECK(*load({}) == Config{});
  for (const auto* text : {"", "# nothing\n", "streams:\n", "streams: {}\nbackplane:\n  redis:\n"}) {
    CHECK(config_of(text) == Config{});
  }
}

TEST_CASE("the file sets keys") {
  const auto config = config_of(R"(
listen: ["0.0.0.0:80", "unix:/run/{instance}.sock"]
ops: {listen: "[::1]:9080", hosts: [ops.example.com]}
instance: 7
backplane:
  type: redis
  redis: {url: "redis://u@h/2", prefix: "app:", load_functions: false}
  history: {events: 10, ttl: 2d, max_event_bytes: 1KiB}
auth: {public_channels: [news, "project:*"]}
log: {level: debug}
)");
  REQUIRE(config.listen.size() == 2);
  CHECK(to_string(config.listen[1]) == "unix:/run/{instance}.sock");
  CHECK(config.ops.listen.host == "::1");
  CHECK(config.ops.hosts == std::vector<std::string>{"ops.example.com"});
  CHECK(config.instance == "7");
  CHECK(config.backplane.type == BackplaneType::kRedis);
  CHECK(config.backplane.redis.url.database == 2);
  CHECK(config.backplane.redis.login() == "u");
  CHECK_FALSE(config.backplane.redis.load_functions);
  CHECK(config.backplane.history.events == 10);
  CHECK(config.backplane.history.ttl == std::chrono::hours(48));
  CHECK(config.backplane.history.max_event_bytes == 1024);
  CHECK(config.auth.public_channels == std::vector<std::string>{"news", "project:*"});
  CHECK(config.log.level == LogLevel::kDebug);
  CHECK(config.streams == Config{}.streams);
}

TEST_CASE("the file sets who may do what, and how much") {
  const auto config = config_of(R"(
ops: {publish_keys_file: /dev/null}
auth:
  jwt: {secret_file: /dev/null, public_key_file: /dev/zero, jwks_file: /dev/full, jwks_url: "https://x/k",
        jwks_refresh: 1m, issuer: me, audience: you, cookie: t, leeway: 0s, cache: 0}
  trusted_header: X-User
  trusted_channels_header: X-Channels
  trusted_proxies: [unix, "2001:DB8::/32", 10.0.0.1]
  user_channel: "u/{sub}"
  expired: reject
  expired_retry: 1s
  expiring_notice: 0s
limits: {connections_per_user: 1, connections_per_address: 2, connection_rate: 3, connection_burst: 4,
         buffer_total: 5MiB, memory: 1GiB}
)");
  CHECK(config.ops.publish_keys_file == "/dev/null");
  const freshet::config::Jwt expected{.secret_file = "/dev/null",
                                      .public_key_file = "/dev/zero",
                                      .jwks_file = "/dev/full",
                                      .jwks_url = "https://x/k",
                                      .issuer = "me",
                                      .audience = "you",
                                      .cookie = "t",
                                      .leeway = {},
                                      .cache = 0,
                                      .jwks_refresh = std::chrono::minutes(1)};
  CHECK(config.auth.jwt == expected);
  CHECK(config.auth.trusted_header == "X-User");
  CHECK(config.auth.trusted_channels_header == "X-Channels");
  CHECK(config.auth.trusted_proxies == std::vector<std::string>{"unix", "2001:db8::/32", "10.0.0.1"});
  CHECK(config.auth.user_channel == "u/{sub}");
  CHECK(config.auth.expired == freshet::config::ExpiredTokens::kReject);
  CHECK(config.auth.expired_retry == std::chrono::seconds(1));
  CHECK(config.auth.expiring_notice == std::chrono::seconds(0));
  CHECK(config.limits.connections_per_user == 1);
  CHECK(config.limits.connections_per_address == 2);
  CHECK(config.limits.connection_rate == 3);
  CHECK(config.limits.connection_burst == 4);
  CHECK(config.limits.buffer_total_bytes == std::size_t{5} << 20U);
  CHECK(config.limits.memory_bytes == std::size_t{1} << 30U);
}

TEST_CASE("who says which tokens to believe must bring keys") {
  const std::string no_keys =
      "without keys every token is refused (set auth.jwt.jwks_url, jwks_file, public_key_file or secret_file)";
  CHECK(errors_of("auth:\n  jwt: {issuer: me, audience: you}") ==
        Messages{"f.yaml:2: auth.jwt.issuer: " + no_keys, "f.yaml:2: auth.jwt.audience: " + no_keys});
  for (const auto* source :
       {"secret_file: /dev/null", "public_key_file: /dev/null", "jwks_file: /dev/null", "jwks_url: \"https://x\""}) {
    CHECK(errors_of("auth: {jwt: {issuer: me, audience: you, " + std::string(source) + "}}").empty());
  }
  CHECK(errors_of("auth: {jwt: {issuer: me, jwks_url: nonsense}}").size() == 1);
}

TEST_CASE("a secret that would stand in the file itself is told where it belongs") {
  CHECK(errors_of("auth: {jwt: {secret: abc}}") ==
        Messages{"f.yaml:1: auth.jwt.secret: unknown key (did you mean secret_file?)"});
  CHECK(errors_of("backplane: {redis: {password: abc}}") ==
        Messages{"f.yaml:1: backplane.redis.password: unknown key (did you mean password_file?)"});
  CHECK(errors_of("", {.file_path = {}, .env = {{"FRESHET_AUTH_JWT_SECRET", "abc"}}, .flags = {}}) ==
        Messages{"FRESHET_AUTH_JWT_SECRET: no key has this environment variable (did you mean "
                 "FRESHET_AUTH_JWT_SECRET_FILE?)"});
}

TEST_CASE("the log's own word for a level is understood") {
  CHECK(config_of("log: {level: warning}") == config_of("log: {level: warn}"));
}

TEST_CASE("it is known of each mistake whether it is in a flag") {
  const auto loaded = load_text("log: {level: loud}", "command line",
                                {.file_path = {}, .env = {{"FRESHET_X", ""}}, .flags = {{"listen", "nonsense"}}});
  REQUIRE_FALSE(loaded);
  std::vector<bool> in_a_flag;
  for (const auto& mistake : loaded.error()) in_a_flag.push_back(mistake.in_a_flag);
  CHECK(in_a_flag == std::vector<bool>{false, false, true});
  CHECK(loaded.error().back().message.starts_with("command line: listen: "));
}

TEST_CASE("impossible values of identity and limits are told") {
  const std::string plain_http =
      "f.yaml:3: auth.jwt.jwks_url: must begin with https://, since whoever can change what comes over http:// can log "
      "in as anyone (only a loopback host may do without)";
  const std::string name =
      "f.yaml:9: auth.trusted_proxies[1]: \"proxy\" is neither an address nor a network (try 10.0.0.0/8, ::1 or unix)";
  const std::string no_sub =
      "f.yaml:10: auth.user_channel: \"user:*\" is not a user's own channel: it needs {sub} exactly once (try "
      "user:{sub})";
  CHECK(errors_of(R"(auth:
  jwt:
    jwks_url: "http://login.example.com/k"
    cookie: ""
    leeway: 6m
    cache: 1000001
    jwks_refresh: 9s
  trusted_header: "X User"
  trusted_proxies: [10.0.0.1/8, proxy]
  user_channel: "user:*"
  expired: ignore
limits:
  connection_burst: 0
  connections_per_user: -1
)") == Messages{
           plain_http,
           "f.yaml:4: auth.jwt.cookie: \"\" is not the name of a cookie (try freshet_token)",
           "f.yaml:5: auth.jwt.leeway: \"6m\" is out of range (0s to 5m)",
           "f.yaml:6: auth.jwt.cache: \"1000001\" is out of range (0 to 1000000)",
           "f.yaml:7: auth.jwt.jwks_refresh: \"9s\" is out of range (10s to 30d)",
           "f.yaml:8: auth.trusted_header: \"X User\" is not the name of a header (try X-User-Id)",
           "f.yaml:9: auth.trusted_proxies[0]: \"10.0.0.1/8\" has bits beyond its prefix (the network is 10.0.0.0/8)",
           name,
           no_sub,
           "f.yaml:11: auth.expired: \"ignore\" must be retry or reject",
           "f.yaml:13: limits.connection_burst: \"0\" is out of range (1 to 10000000)",
           "f.yaml:14: limits.connections_per_user: \"-1\" is not a whole number",
       });
}

TEST_CASE("listen may be one address") { CHECK(config_of("listen: 127.0.0.1:1\n").listen.front().port == 1); }

TEST_CASE("flags win over the environment, which wins over the file") {
  const std::string file = "log: {level: trace}\ndrain: {period: 1s}\ncors: {origins: [\"https://a\"]}\n";
  Sources sources;
  sources.env = {{"FRESHET_LOG_LEVEL", "warn"}, {"FRESHET_CORS_ORIGINS", " https://b, https://c "}, {"OTHER", "x"}};
  CHECK(config_of(file).log.level == LogLevel::kTrace);
  auto config = config_of(file, sources);
  CHECK(config.log.level == LogLevel::kWarn);
  CHECK(config.drain.period == std::chrono::seconds(1));
  CHECK(config.cors.origins == std::vector<std::string>{"https://b", "https://c"});

  sources.flags = {{"log.level", "debug"},
                   {"listen", "127.0.0.1:1"},
                   {"log.level", "error"},
                   {"listen", "[::1]:2"},
                   {"dev", "true"}};
  config = config_of(file, sources);
  CHECK(config.log.level == LogLevel::kError);
  REQUIRE(config.listen.size() == 2);
  CHECK(config.listen[1].port == 2);
  CHECK(config.dev);
}

TEST_CASE("an empty environment variable empties a list") {
  CHECK(config_of("auth: {public_channels: [a]}",
                  {.file_path = {}, .env = {{"FRESHET_AUTH_PUBLIC_CHANNELS", ""}}, .flags = {}})
            .auth.public_channels.empty());
}

TEST_CASE("every error is told in one run, with its place and key") {
  Sources sources;
  sources.env = {{"FRESHET_LOG_LEVEL", "loud"}, {"FRESHET_LISTNE", "x"}, {"FRESHET_DEV", "true"}};
  sources.flags = {{"drain.period", "soon"}, {"nope", "x"}, {"ops.hosts", "ops"}, {"ops.hosts", "http://ops"}};
  CHECK(errors_of(R"(streams:
  heartbeat: 15 parsecs
  hartbeat: 1s
  retry: 2h
reuse_port: yes
cors:
  origins:
    - https://ok.example
    - HTTPS://x
    - null
limits: 5
dev: true
auth: {public_channels: news, jtw: {secret_file: x}}
backplane: {history: {events: {}, ttl: [1h], max_event_bytes: }}
)",
                  sources) == Messages{
                                  "f.yaml:2: streams.heartbeat: \"15 parsecs\" is not a duration (try 15s)",
                                  "f.yaml:3: streams.hartbeat: unknown key (did you mean heartbeat?)",
                                  "f.yaml:4: streams.retry: \"2h\" is out of range (10ms to 1h)",
                                  "f.yaml:5: reuse_port: \"yes\" must be true or false",
                                  "f.yaml:7: cors.origins: has an item that is not a single value",
                                  "f.yaml:11: limits: is a section, not a value (its keys go below it, indented)",
                                  "f.yaml:12: dev: is a flag only (--dev)",
                                  "f.yaml:13: auth.public_channels: is a list (write [\"…\", \"…\"])",
                                  "f.yaml:13: auth.jtw: unknown key",
                                  "f.yaml:14: backplane.history.events: is a value, not a section",
                                  "f.yaml:14: backplane.history.ttl: takes one value, not a list",
                                  "f.yaml:14: backplane.history.max_event_bytes: has no value",
                                  "FRESHET_DEV: is a flag only (--dev)",
                                  "FRESHET_LISTNE: no key has this environment variable (did you mean FRESHET_LISTEN?)",
                                  "FRESHET_LOG_LEVEL: log.level: \"loud\" must be trace, debug, info, warn or error",
                                  "command line: nope: unknown key",
                                  "command line: ops.hosts[1]: \"http://ops\" is not a host name (try ops.example.com)",
                                  "command line: drain.period: \"soon\" is not a duration (try 15s)",
                              });
}

TEST_CASE("each wrong item of a list is told with its line") {
  CHECK(errors_of("cors:\n  origins:\n    - https://ok.example\n    - HTTPS://x\n    - \"null\"\n") ==
        Messages{
            "f.yaml:4: cors.origins[1]: \"HTTPS://x\" is not an origin as browsers send it: write it in lower case",
            "f.yaml:5: cors.origins[2]: \"null\" cannot be allowed: every sandboxed page has this origin",
        });
  CHECK(errors_of("listen:\n") == Messages{"f.yaml:1: listen: has no value (write [] for none)"});
}

TEST_CASE("a key with a dot in it is not a path") {
  CHECK(errors_of("log.level: debug\n") == Messages{"f.yaml:1: log.level: unknown key"});
}

TEST_CASE("a file that cannot be taken in is told, together with what else is wrong") {
  const Sources sources{.file_path = {}, .env = {{"FRESHET_LOG_LEVEL", "loud"}}, .flags = {}};
  const std::string loud = "FRESHET_LOG_LEVEL: log.level: \"loud\" must be trace, debug, info, warn or error";
  CHECK(errors_of("a: [\n", sources).size() == 2);
  CHECK(errors_of("log: {level: info}\nlog: {format: text}\n", sources) ==
        Messages{"f.yaml:2: the key \"log\" appears twice in the same section", loud});
  CHECK(errors_of("- a\n", sources) ==
        Messages{"f.yaml:1: the file must hold keys with values (try listen: 127.0.0.1:8080)", loud});
  CHECK(errors_of("log:\n  level: \"\xff\"\n", sources) == Messages{"f.yaml:2: is not UTF-8", loud});
  CHECK(errors_of(std::string("log:\0", 5), sources) == Messages{"f.yaml:1: holds a control character", loud});
  CHECK(errors_of(std::string((1U << 20U) + 1, '#'), sources) == Messages{"f.yaml: is larger than 1 MiB", loud});
  CHECK(errors_of("a: &a 1\nb: *a\n").size() >= 2);
}

TEST_CASE("a file with Windows line ends is read") {
  CHECK(config_of("log:\r\n  level: debug\r\n").log.level == LogLevel::kDebug);
}

TEST_CASE("the environment is put into the file's values") {
  const Sources sources{.file_path = {}, .env = {{"LEVEL", "debug"}, {"EVIL", "a\nb"}}, .flags = {}};
  CHECK(config_of("log: {level: \"${LEVEL}\"}\ndrain: {period: \"${PERIOD:-3s}\"}", sources).log.level ==
        LogLevel::kDebug);
  CHECK(
      errors_of("log:\n  level: ${NOPE}\n", sources) ==
      Messages{"f.yaml:2: log.level: the environment variable NOPE is not set (${NOPE:-default} gives it a default)"});
  CHECK(errors_of("instance: ${EVIL}\n", sources) == Messages{"f.yaml:1: instance: holds a control character"});
}

TEST_CASE("a Redis that is set up must be chosen") {
  const Messages expected{
      "f.yaml:1: backplane.type: must be set next to backplane.redis.url (to redis, or to memory to do without it)"};
  CHECK(errors_of("backplane: {redis: {url: \"redis://h\"}}") == expected);
  CHECK(errors_of("backplane: {redis: {url: \"redis://127.0.0.1:6379/0\"}}").empty());
  CHECK(errors_of("backplane: {type: memory, redis: {url: \"redis://h\"}}").empty());
  CHECK(errors_of("", {.file_path = {}, .env = {{"FRESHET_BACKPLANE_REDIS_URL", "redis://h"}}, .flags = {}}).size() ==
        1);
  CHECK(errors_of("", {.file_path = {},
                       .env = {{"FRESHET_BACKPLANE_REDIS_URL", "redis://h"}, {"FRESHET_BACKPLANE_TYPE", "redis"}},
                       .flags = {}})
            .empty());
}

TEST_CASE("keys that contradict each other are errors") {
  const auto one = [](const std::string& text) {
    const auto errors = errors_of(text);
    INFO(text);
    REQUIRE(errors.size() == 1);
    return errors.front();
  };
  CHECK(one("listen: []") == "f.yaml:1: listen: needs at least one address");
  CHECK(one("listen: [\"[::1]:80\", \"[0::1]:80\"]") == "f.yaml:1: listen: names [::1]:80 twice");
  CHECK(one("listen: 127.0.0.1:9080") == "f.yaml:1: ops.listen: 127.0.0.1:9080 is a public listener already");
  CHECK(errors_of("listen: [\"127.0.0.1:0\", \"127.0.0.1:0\"]\nops: {listen: 127.0.0.1:0}").empty());

  const std::string redis = "backplane:\n  type: redis\n  redis: ";
  CHECK_THAT(one(redis + "{url: \"redis://h/1\"}"),
             Catch::StartsWith("f.yaml:3: backplane.redis.url: database 1 needs a prefix of its own"));
  CHECK(errors_of(redis + "{url: \"redis://h/1\", prefix: \"x:\"}").empty());
  CHECK_THAT(one(redis + "{url: \"redis://a@h\", username: b}"), Catch::Contains("backplane.redis.username: differs"));
  CHECK(errors_of(redis + "{url: \"redis://a@h\", username: a}").empty());

  CHECK(one("limits: {buffer_per_connection: 32KiB}") ==
        "f.yaml:1: limits.buffer_per_connection: 32KiB is less than streams.write_buffer (64KiB), which it must hold");
  CHECK(errors_of("limits: {buffer_per_connection: 32KiB}\nstreams: {write_buffer: 32KiB}").empty());
  CHECK(one("limits: {buffer_total: 512KiB}") ==
        "f.yaml:1: limits.buffer_total: 512KiB is less than limits.buffer_per_connection (1MiB), which it must hold");
  CHECK_THAT(one("limits: {buffer_per_connection: 257MiB}"),
             Catch::StartsWith("f.yaml:1: limits.buffer_total: 256MiB is less than"));
  CHECK(errors_of("limits: {buffer_per_connection: 1MiB, buffer_total: 1MiB}").empty());
  CHECK_THAT(one("backplane: {history: {max_event_bytes: 65MiB}}"),
             Catch::StartsWith("f.yaml:1: backplane.history.replay_budget: 64MiB is less than"));
  CHECK_THAT(one("cors: {origins: [\"*\"]}"),
             Catch::StartsWith("f.yaml:1: cors.credentials: ") && Catch::Contains("set cors.credentials: false"));
  CHECK(errors_of("cors: {origins: [\"*\"], credentials: false}").empty());
  CHECK_THAT(one("cors: {origins: [\"*\", \"https://x\"], credentials: false}"),
             Catch::Contains("leave the others out"));
}

TEST_CASE("a trusted header is trusted from somebody, and channels belong to a user") {
  const std::string nobody =
      "f.yaml:1: auth.trusted_header: is taken from nobody as long as auth.trusted_proxies is empty (list the proxies)";
  const std::string no_user =
      "f.yaml:1: auth.trusted_channels_header: needs auth.trusted_header, which says whose channels they are";
  CHECK(errors_of("auth: {trusted_header: X-User}") == Messages{nobody});
  CHECK(errors_of("auth: {trusted_header: X-User, trusted_channels_header: X-C}") == Messages{nobody});
  CHECK(errors_of("auth: {trusted_channels_header: X-C}") == Messages{no_user});
  CHECK(errors_of("auth: {trusted_channels_header: X-C, trusted_proxies: [unix]}") == Messages{no_user});
  CHECK(errors_of("auth: {trusted_header: X-User, trusted_channels_header: x-user, trusted_proxies: [unix]}") ==
        Messages{"f.yaml:1: auth.trusted_channels_header: is auth.trusted_header already"});
  CHECK(errors_of("auth: {trusted_header: X-User, trusted_channels_header: X-C, trusted_proxies: [unix]}").empty());
  CHECK(errors_of("auth: {trusted_proxies: [unix]}").empty());
  CHECK(errors_of("auth: {trusted_header: X-User, trusted_proxies: [proxy]}").size() == 1);
}

TEST_CASE("every file that a key names must be readable") {
  const freshet::test::TempDir dir;
  const auto missing = dir.path() + "/missing";
  const Sources sources{.file_path = {},
                        .env = {{"FRESHET_OPS_PUBLISH_KEYS_FILE", missing},
                                {"FRESHET_AUTH_JWT_SECRET_FILE", missing},
                                {"FRESHET_AUTH_JWT_PUBLIC_KEY_FILE", dir.path()},
                                {"FRESHET_AUTH_JWT_JWKS_FILE", missing}},
                        .flags = {}};
  const auto no_file = missing + ": No such file or directory";
  CHECK(errors_of("", sources) ==
        Messages{"FRESHET_OPS_PUBLISH_KEYS_FILE: ops.publish_keys_file: " + no_file,
                 "FRESHET_AUTH_JWT_SECRET_FILE: auth.jwt.secret_file: " + no_file,
                 "FRESHET_AUTH_JWT_PUBLIC_KEY_FILE: auth.jwt.public_key_file: " + dir.path() + ": Is a directory",
                 "FRESHET_AUTH_JWT_JWKS_FILE: auth.jwt.jwks_file: " + no_file});
}

TEST_CASE("no check between keys guesses about a value that could not be read") {
  CHECK(errors_of("limits: {buffer_per_connection: 32KiB}\nstreams: {write_buffer: big}").size() == 1);
}

TEST_CASE("the password file must be there, and the password must have one place") {
  const freshet::test::TempDir dir;
  const auto secret = dir.path() + "/secret";
  std::ofstream(secret) << "hunter2\n";
  const auto config = [](const std::string& url, const std::string& file) {
    return "backplane:\n  type: redis\n  redis:\n    url: \"" + url + "\"\n    password_file: \"" + file + "\"\n";
  };
  CHECK(errors_of(config("redis://h", secret)).empty());
  CHECK(errors_of(config("redis://h", "/nonexistent/x")) ==
        Messages{"f.yaml:5: backplane.redis.password_file: /nonexistent/x: No such file or directory"});
  CHECK(errors_of(config("redis://h", dir.path())) ==
        Messages{"f.yaml:5: backplane.redis.password_file: " + dir.path() + ": Is a directory"});
  CHECK_THAT(errors_of(config("redis://:pw@h", secret)).at(0), Catch::Contains("cannot be used with a password"));
}

TEST_CASE("sentinels and the name of their primary come together, and not with a unix socket") {
  const auto of = [](const std::string& keys) {
    return errors_of("backplane:\n  type: redis\n  redis: {" + keys + "}");
  };
  CHECK(of("sentinel: {master: m, nodes: [a, \"b:7000\"]}").empty());
  CHECK(of("url: \"redis://u:p@ignored/0\", sentinel: {master: m, nodes: [a]}").empty());
  CHECK(of("sentinel: {master: m}") ==
        Messages{"f.yaml:3: backplane.redis.sentinel.nodes: needs at least one sentinel to ask for \"m\""});
  CHECK(of("sentinel: {nodes: [a]}") ==
        Messages{"f.yaml:3: backplane.redis.sentinel.master: must say which primary to ask the sentinels for"});
  CHECK(of("sentinel: {master: m, nodes: [a, \"a:26379\"]}") ==
        Messages{"f.yaml:3: backplane.redis.sentinel.nodes: names a:26379 twice"});
  CHECK(of("url: \"unix:///s\", sentinel: {master: m, nodes: [a]}") ==
        Messages{"f.yaml:3: backplane.redis.url: is a unix socket, but sentinels name addresses (write redis://, the "
                 "host is not used)"});
  CHECK(of("sentinel: {master: m, nodes: [a], password_file: /nonexistent/x}") ==
        Messages{"f.yaml:3: backplane.redis.sentinel.password_file: /nonexistent/x: No such file or directory"});
}

TEST_CASE("what is said about TLS is said of a rediss:// URL") {
  const auto of = [](const std::string& url, const std::string& tls) {
    return errors_of("backplane:\n  type: redis\n  redis:\n    url: \"" + url + "\"\n    tls: {" + tls + "}\n");
  };
  const std::string all =
      "ca_file: /dev/null, cert_file: /dev/null, key_file: /dev/null, server_name: r, verify: false";
  CHECK(of("rediss://h", all).empty());
  CHECK(of("rediss://h", "").empty());
  CHECK(of("redis://h", "verify: true, ca_file: \"\"").empty());
  for (const auto* key : {"ca_file", "cert_file", "key_file", "server_name", "verify"}) {
    const auto where = "f.yaml:5: backplane.redis.tls." + std::string(key) + ": ";
    CHECK_THAT(of("redis://h", all),
               Catch::VectorContains(where + "does nothing unless backplane.redis.url begins with rediss://"));
    CHECK_THAT(of("unix:///s", all), Catch::VectorContains(where + "is not for a unix socket, which does without TLS"));
  }
}

TEST_CASE("a client certificate comes with its key, and TLS files can be read") {
  const auto of = [](const std::string& tls) {
    return errors_of("backplane: {type: redis, redis: {url: \"rediss://h\", tls: {" + tls + "}}}");
  };
  const std::string place = "f.yaml:1: backplane.redis.tls.";
  CHECK(of("cert_file: /dev/null") == Messages{place + "cert_file: needs its key (set backplane.redis.tls.key_file)"});
  CHECK(of("key_file: /dev/null") ==
        Messages{place + "key_file: needs its certificate (set backplane.redis.tls.cert_file)"});
  CHECK(of("ca_file: /no/ca, cert_file: /no/cert, key_file: /no/key") ==
        Messages{place + "ca_file: /no/ca: No such file or directory",
                 place + "cert_file: /no/cert: No such file or directory",
                 place + "key_file: /no/key: No such file or directory"});
}

TEST_CASE("passwords never get into errors") {
  const std::vector<std::string> files{
      "backplane: {redis: {url: \"redis://u:hunter2@h/99999999\"}}",
      "backplane: {redis: {url: \"redis://u:hunter2@h/1\"}}", "backplane: {redis: {password: hunter2}}",
      "auth: {jwt: {jwks_url: \"https://u:hunter2@x/k\"}}", "backplane: {redis: {url: [\"redis://u:hunter2@h\"]}}"};
  for (const auto& text : files) {
    const auto errors = errors_of(text);
    CHECK_FALSE(errors.empty());
    for (const auto& error : errors) CHECK_THAT(error, !Catch::Contains("hunter2"));
  }
}

TEST_CASE("a file is read from disk, and one that cannot be read is an error") {
  const freshet::test::TempDir dir;
  const auto path = dir.path() + "/freshet.yaml";
  std::ofstream(path) << "log: {level: error}\n";
  CHECK(load({.file_path = path, .env = {}, .flags = {}})->log.level == LogLevel::kError);

  const auto missing = load({.file_path = dir.path() + "/x", .env = {{"FRESHET_NOPE", "1"}}, .flags = {}});
  REQUIRE_FALSE(missing);
  REQUIRE(missing.error().size() == 2);
  CHECK(missing.error()[0].message == dir.path() + "/x: No such file or directory");
  const auto directory = load({.file_path = dir.path(), .env = {}, .flags = {}});
  REQUIRE_FALSE(directory);
  CHECK(directory.error().at(0).message == dir.path() + ": Is a directory");
}
