#include "config/text_rules.h"

#include <catch2/catch.hpp>
#include <string>

using namespace freshet::config;  // NOLINT(google-build-using-namespace): the rules are what this file is about

TEST_CASE("values are UTF-8 without control characters") {
  for (const auto* good :
       {"", "plain", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8c\x8a", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    CHECK(check_encoding(good));
  }
  for (const auto* bad : {"\xff", "\xc3", "\xc3(", "\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xf0\x80\x80\x80"}) {
    CHECK(check_encoding(bad).error().message == "is not UTF-8");
  }
  for (const auto* bad : {"a\nb", "\t", "\x7f", "\x1e"}) {
    CHECK(check_encoding(bad).error().message == "holds a control character");
  }
  CHECK_FALSE(check_encoding(std::string("a\0b", 3)));
  CHECK(check_encoding("\ta", "\t"));
}

TEST_CASE("instance names are short and plain") {
  CHECK(instance_name(""));
  CHECK(instance_name("web-1_a.B"));
  CHECK(instance_name(std::string(64, 'a')));
  for (const auto& bad : {std::string(65, 'a'), std::string("a b"), std::string("a/b"), std::string("a|b"),
                          std::string("{instance}"), std::string("é")}) {
    INFO(bad);
    CHECK_FALSE(instance_name(bad));
  }
}

TEST_CASE("host names come without scheme and port and become lower case") {
  CHECK(host_name("Freshet.Example.com") == "freshet.example.com");
  for (const auto* bad : {"", "http://x", "x:80", "x/", "*", "[::1]"}) CHECK_FALSE(host_name(bad));
}

TEST_CASE("the name in a server's certificate is a host name or an address, or left open") {
  CHECK(server_name("") == "");
  CHECK(server_name("Redis.Example.com") == "redis.example.com");
  CHECK(server_name("10.0.0.1") == "10.0.0.1");
  CHECK(server_name("2001:DB8::1") == "2001:db8::1");
  for (const auto* bad : {"a b", "redis:6379", "[::1]", "*.example.com", "redis://x", "."}) {
    CHECK_FALSE(server_name(bad));
  }
  CHECK(server_name(std::string(253, 'a')));
  CHECK_FALSE(server_name(std::string(254, 'a')));
}

TEST_CASE("prefixes and globs are made of what channel names are made of") {
  CHECK(key_prefix("my-app:"));
  for (const auto& bad :
       {std::string(), std::string("a*"), std::string("a b"), std::string("!"), std::string(65, 'a')}) {
    CHECK_FALSE(key_prefix(bad));
  }
  CHECK(channel_glob("*"));
  CHECK(channel_glob("project:?:*/x@y~z=1+2,3"));
  CHECK(channel_glob(std::string(200, 'a')));
  for (const auto& bad :
       {std::string(), std::string("a b"), std::string("a!"), std::string("[ab]"), std::string(201, 'a')}) {
    CHECK_FALSE(channel_glob(bad));
  }
}

TEST_CASE("sentinels are hosts with a port, 26379 unless another is given") {
  CHECK(sentinel_node("10.0.0.1:7000") == "10.0.0.1:7000");
  CHECK(sentinel_node("sentinel-1.redis.svc") == "sentinel-1.redis.svc:26379");
  CHECK(sentinel_node("[::1]") == "[::1]:26379");
  CHECK(sentinel_node("[2001:db8::1]:5") == "[2001:db8::1]:5");
  for (const auto& bad :
       {std::string(), std::string(":26379"), std::string("h:"), std::string("h:0"), std::string("h:65536"),
        std::string("h:x"), std::string("::1"), std::string("[::1"), std::string("[127.0.0.1]"), std::string("[::1]x"),
        std::string("redis://h:1"), std::string("unix:/s"), std::string("a b"), std::string(254, 'a')}) {
    INFO(bad);
    CHECK_FALSE(sentinel_node(bad));
  }
}

TEST_CASE("a primary is called what Sentinel lets it be called") {
  for (const auto* good : {"", "mymaster", "Cache_1.eu-west"}) CHECK(sentinel_master(good) == std::string(good));
  for (const auto* bad : {"my master", "a:b", "é", "*"}) CHECK_FALSE(sentinel_master(bad));
}

TEST_CASE("origins are what browsers send, byte by byte") {
  for (const auto* good :
       {"*", "https://app.example.com", "http://localhost:3000", "http://127.0.0.1", "http://[::1]:8080",
        "http://[::1]", "https://example.com:80", "chrome-extension://abcdef", "capacitor://localhost"}) {
    INFO(good);
    CHECK(origin(good) == std::string(good));
  }
  for (const auto* bad : {"",
                          "null",
                          "app.example.com",
                          "//x",
                          "://x",
                          "https://",
                          "https://App.example.com",
                          "HTTPS://app.example.com",
                          "https://app.example.com/",
                          "https://app.example.com/x",
                          "https://x?y",
                          "https://x#y",
                          "https://*.example.com",
                          "https://u@x",
                          "ftp://a",
                          "file://a",
                          "ws://a",
                          "wss://app.example.com",
                          "https://x:",
                          "https://x:0",
                          "https://x:65536",
                          "https://x:080",
                          "https://x:443",
                          "http://x:80",
                          "http://::1",
                          "http://[x]",
                          "http://[127.0.0.1]",
                          "https://x y",
                          "https:// x",
                          "ht tp://x"}) {
    INFO(bad);
    CHECK_FALSE(origin(bad));
  }
  CHECK_THAT(origin("https://x:443").error().message, Catch::Contains("leave the default port out"));
  CHECK_THAT(origin("https://X").error().message, Catch::Contains("lower case"));
  CHECK_THAT(origin("https://x/").error().message, Catch::Contains("leave out what follows"));
}
