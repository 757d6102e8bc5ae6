#include "config/redis_url.h"

#include <catch2/catch.hpp>
#include <string>

using freshet::config::parse_redis_url;
using freshet::config::RedisUrl;
using freshet::config::Secrets;
using freshet::config::to_string;

TEST_CASE("a Redis URL names host, port, database and login") {
  const auto full = parse_redis_url("redis://app:s%40cret%2F@redis.example:6380/3");
  REQUIRE(full);
  CHECK(full->host == "redis.example");
  CHECK(full->port == 6380);
  CHECK(full->username == "app");
  CHECK(full->password == "s@cret/");
  CHECK(full->database == 3);
  CHECK_FALSE(full->is_unix());

  const auto bare = parse_redis_url("redis://cache");
  REQUIRE(bare);
  CHECK(bare->port == 6379);
  CHECK(bare->database == 0);
  CHECK(bare->username.empty());

  const auto v6 = parse_redis_url("redis://:pw@[::1]:7000/");
  REQUIRE(v6);
  CHECK(v6->host == "::1");
  CHECK(v6->port == 7000);
  CHECK(v6->username.empty());
  CHECK(v6->password == "pw");

  CHECK(parse_redis_url("redis://app@h")->username == "app");
  CHECK(parse_redis_url("redis://[::1]")->port == 6379);
  CHECK(parse_redis_url("redis://u:a:b@h")->password == "a:b");
  CHECK(parse_redis_url("redis://u:a@b@h")->password == "a@b");
}

TEST_CASE("a Redis URL may name a unix socket") {
  const auto socket = parse_redis_url("unix:///run/redis%20x/a@b.sock?db=2");
  REQUIRE(socket);
  CHECK(socket->is_unix());
  CHECK(socket->unix_path == "/run/redis x/a@b.sock");
  CHECK(socket->database == 2);
  CHECK(parse_redis_url("unix:///s")->database == 0);
}

TEST_CASE("a Redis URL may ask for TLS") {
  const auto url = parse_redis_url("rediss://app:pw@redis.example/3");
  REQUIRE(url);
  CHECK(url->tls);
  CHECK(url->host == "redis.example");
  CHECK(url->port == 6379);
  CHECK(url->database == 3);
  CHECK(to_string(*url, Secrets::kHidden) == "rediss://app:***@redis.example:6379/3");
  CHECK_FALSE(parse_redis_url("redis://redis.example")->tls);
  CHECK_FALSE(parse_redis_url("unix:///s")->tls);
  CHECK_FALSE(parse_redis_url("rediss:///run/redis.sock"));
}

TEST_CASE("broken Redis URLs are refused without a byte of what may be a password") {
  for (const auto* bad : {"",
                          "127.0.0.1:6379",
                          "http://hunter2",
                          "redis:/hunter2",
                          "redis://",
                          "redis:///0",
                          "redis://:hunter2@",
                          "redis://u:hunter2@h:0",
                          "redis://u:hunter2@h:65536",
                          "redis://u:hunter2@h:x",
                          "redis://u:hunter2@h:",
                          "redis://u:hunter2@h/x",
                          "redis://u:hunter2@h/65536",
                          "redis://u:hunter2@h/0/1",
                          "redis://u:hunter2@h/-1",
                          "redis://u:hunter2@h?db=1",
                          "redis://u:hunter2@h/0?db=1",
                          "redis://u:hunter2@h/0#x",
                          "redis://u:hunter2/@h",
                          "redis://u:hunter2?x@h",
                          "redis://u:hunter2#@h",
                          "redis://u:hunter2%2@h",
                          "redis://u:hunter2%zz@h",
                          "redis://u:hunter2%00@h",
                          "redis://hunter2%4",
                          "redis://u:hunter2@::1",
                          "redis://u:hunter2@[::1",
                          "redis://u:hunter2@[h]",
                          "redis://u:hunter2@[::1]x",
                          "redis://u:hunter2@[127.0.0.1]",
                          "redis://u:hunter2@a b",
                          "unix://",
                          "unix:hunter2",
                          "unix://hunter2/x",
                          "unix:///hunter2?db=",
                          "unix:///hunter2?db=x",
                          "unix:///hunter2?password=x",
                          "unix:///hunter2?db=1&password=x",
                          "rediss://u:hunter2@h/x"}) {
    INFO(bad);
    const auto url = parse_redis_url(bad);
    REQUIRE_FALSE(url);
    CHECK_THAT(url.error().message, !Catch::Contains("hunter2"));
    CHECK_FALSE(url.error().message.empty());
  }
  CHECK_FALSE(parse_redis_url("unix:///" + std::string(107, 'a')));
}

TEST_CASE("a Redis URL is written as it is read, and with its password hidden for people") {
  for (const auto* text : {"redis://127.0.0.1:6379/0", "redis://app:s%40cret%2F%25@[::1]:6380/3", "redis://:pw@h:1/0",
                           "redis://app@h:1/0", "rediss://app:pw@h:1/2", "unix:///run/a%20%3F/b?db=7"}) {
    CHECK(to_string(*parse_redis_url(text), Secrets::kShown) == text);
  }
  CHECK(to_string(RedisUrl{}, Secrets::kShown) == "redis://127.0.0.1:6379/0");
  CHECK(to_string(*parse_redis_url("redis://app:hunter2@h"), Secrets::kHidden) == "redis://app:***@h:6379/0");
  CHECK(to_string(*parse_redis_url("redis://:hunter2@h"), Secrets::kHidden) == "redis://:***@h:6379/0");
  CHECK(to_string(*parse_redis_url("redis://app@h"), Secrets::kHidden) == "redis://app@h:6379/0");
}
