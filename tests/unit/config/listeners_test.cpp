#include "config/listeners.h"

#include <catch2/catch.hpp>
#include <string>

using freshet::config::check_dev;
using freshet::config::Config;
using freshet::config::parse_address;
using freshet::config::resolve_instance;

TEST_CASE("--dev wants every listener on loopback") {
  Config config;
  config.dev = true;
  CHECK(check_dev(config));
  config.listen = {*parse_address("[::1]:1"), *parse_address("unix:/run/x")};
  CHECK(check_dev(config));

  config.listen.push_back(*parse_address("0.0.0.0:8080"));
  CHECK_THAT(check_dev(config).error().message, Catch::EndsWith("but listen is 0.0.0.0:8080"));
  config.listen.pop_back();
  config.ops.listen = *parse_address("192.168.0.1:9080");
  CHECK_THAT(check_dev(config).error().message, Catch::EndsWith("but ops.listen is 192.168.0.1:9080"));
  config.dev = false;
  CHECK(check_dev(config));
}

TEST_CASE("the instance's name goes into the paths of unix listeners") {
  Config config;
  config.listen = {*parse_address("unix:/run/{instance}.sock"), *parse_address("127.0.0.1:80")};
  config.ops.listen = *parse_address("unix:/run/{instance}/ops");

  Config named = config;
  named.instance = "a";
  REQUIRE(resolve_instance(named, "host-1"));
  CHECK(named.instance == "a");
  CHECK(named.listen[0].unix_path == "/run/a.sock");
  CHECK(to_string(named.listen[1]) == "127.0.0.1:80");
  CHECK(named.ops.listen.unix_path == "/run/a/ops");

  REQUIRE(resolve_instance(config, "host-1"));
  CHECK(config.instance == "host-1");
  CHECK(config.listen[0].unix_path == "/run/host-1.sock");
}

TEST_CASE("the instance's name becomes a port, if it can") {
  Config config;
  config.listen = {*parse_address("127.0.0.1:80{instance}")};
  config.ops.listen = *parse_address("[::1]:{instance}");

  Config named = config;
  named.instance = "81";
  REQUIRE(resolve_instance(named, ""));
  CHECK(to_string(named.listen[0]) == "127.0.0.1:8081");
  CHECK(to_string(named.ops.listen) == "[::1]:81");

  for (const auto* name : {"a", "-1", "654321"}) {
    named = config;
    named.instance = name;
    CHECK_THAT(resolve_instance(named, "").error().message,
               Catch::StartsWith("listen: 127.0.0.1:80{instance} has no port for the instance " + std::string(name)) &&
                   Catch::EndsWith("(name one that makes a number from 1 to 65535: try --instance 1)"));
  }
}

TEST_CASE("an automatic name is made to fit and keeps its end") {
  Config config;
  REQUIRE(resolve_instance(config, std::string(80, 'h') + "-4711"));
  CHECK(config.instance == std::string(59, 'h') + "-4711");
  config.instance.clear();
  REQUIRE(resolve_instance(config, "a b/c"));
  CHECK(config.instance == "a-b-c");
}

TEST_CASE("a path that the name makes too long is an error of its key") {
  Config config;
  config.listen = {*parse_address("unix:/" + std::string(90, 'p') + "{instance}")};
  CHECK_THAT(resolve_instance(config, std::string(20, 'i')).error().message,
             Catch::StartsWith("listen: unix:/ppp") && Catch::EndsWith("too long for a socket (107 bytes at most)"));
}
