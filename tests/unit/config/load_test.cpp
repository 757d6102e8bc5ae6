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
auth: {public_channels: news, jwt: {secret_file: x}}
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
                                  "f.yaml:13: auth.jwt: unknown key",
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
  CHECK_THAT(one("backplane: {history: {max_event_bytes: 65MiB}}"),
             Catch::StartsWith("f.yaml:1: backplane.history.replay_budget: 64MiB is less than"));
  CHECK_THAT(one("cors: {origins: [\"*\"]}"),
             Catch::StartsWith("f.yaml:1: cors.credentials: ") && Catch::Contains("set cors.credentials: false"));
  CHECK(errors_of("cors: {origins: [\"*\"], credentials: false}").empty());
  CHECK_THAT(one("cors: {origins: [\"*\", \"https://x\"], credentials: false}"),
             Catch::Contains("leave the others out"));
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

TEST_CASE("passwords never get into errors") {
  const std::vector<std::string> files{"backplane: {redis: {url: \"redis://u:hunter2@h/99999999\"}}",
                                       "backplane: {redis: {url: \"redis://u:hunter2@h/1\"}}",
                                       "backplane: {redis: {password: hunter2}}",
                                       "backplane: {redis: {url: [\"redis://u:hunter2@h\"]}}"};
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
