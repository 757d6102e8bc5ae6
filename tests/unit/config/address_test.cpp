#include "config/address.h"

#include <catch2/catch.hpp>
#include <string>

using freshet::config::parse_address;
using freshet::config::to_string;

TEST_CASE("an address keeps its host and port, in their canonical spelling") {
  const auto v4 = parse_address("127.0.0.1:8080");
  REQUIRE(v4);
  CHECK(v4->host == "127.0.0.1");
  CHECK(v4->port == 8080);
  CHECK_FALSE(v4->is_unix());
  CHECK(to_string(*v4) == "127.0.0.1:8080");

  const auto v6 = parse_address("[0:0:0:0:0:0:0:1]:0");
  REQUIRE(v6);
  CHECK(v6->host == "::1");
  CHECK(v6->port == 0);
  CHECK(to_string(*v6) == "[::1]:0");
}

TEST_CASE("a unix socket has an absolute path that the kernel can take") {
  const auto socket = parse_address("unix:/run/freshet/{instance}.sock");
  REQUIRE(socket);
  CHECK(socket->unix_path == "/run/freshet/{instance}.sock");
  CHECK(to_string(*socket) == "unix:/run/freshet/{instance}.sock");

  CHECK(parse_address("unix:/" + std::string(106, 'a')));
  for (const auto& bad :
       {std::string("unix:"), std::string("unix:run/x"), std::string("unix:/run/"), std::string("unix:/run/{pid}"),
        std::string("unix:/{instance}/{instance}"), "unix:/" + std::string(107, 'a')}) {
    INFO(bad);
    CHECK_FALSE(parse_address(bad));
  }
}

TEST_CASE("a port may be made of the instance's name") {
  for (const auto* text : {"127.0.0.1:908{instance}", "[::1]:{instance}", "127.0.0.1:9{instance}80"}) {
    INFO(text);
    const auto address = parse_address(text);
    REQUIRE(address);
    CHECK(address->port == 0);
    CHECK(to_string(*address) == text);
  }
  for (const auto* bad : {"127.0.0.1:{instance}{instance}", "127.0.0.1:80{pid}", "127.0.0.1:x{instance}",
                          "127.0.0.1:80{instance", "127.0.0.{instance}:80", "127.0.0.1:99999{instance}"}) {
    INFO(bad);
    CHECK_FALSE(parse_address(bad));
  }
}

TEST_CASE("what is not an address is refused in words that show one") {
  for (const auto* bad : {"",
                          ":",
                          "8080",
                          ":8080",
                          "localhost:8080",
                          "*:8080",
                          "127.0.0.1",
                          "127.0.0.1:",
                          "127.1:80",
                          "127.0.0.1:80a",
                          "127.0.0.1:-1",
                          "127.0.0.1:+1",
                          " 127.0.0.1:80",
                          "::1:80",
                          "[::1]",
                          "[127.0.0.1]:80",
                          "[::1]x:80",
                          "[]:80",
                          "http://127.0.0.1:80",
                          "256.0.0.1:80"}) {
    INFO(bad);
    const auto address = parse_address(bad);
    REQUIRE_FALSE(address);
    CHECK_THAT(address.error().message, Catch::Contains("is not an address (try 127.0.0.1:8080"));
  }
  CHECK_THAT(parse_address("127.0.0.1:65536").error().message, Catch::Contains("out of range (0 to 65535)"));
  CHECK_FALSE(parse_address(std::string("127.0.0.1\0:80", 13)));
}

TEST_CASE("loopback is 127/8, ::1 and unix sockets") {
  for (const auto* text : {"127.0.0.1:1", "127.9.8.7:1", "[::1]:1", "[::ffff:127.0.0.1]:1", "unix:/x"}) {
    INFO(text);
    CHECK(parse_address(text)->is_loopback());
  }
  for (const auto* text : {"0.0.0.0:1", "128.0.0.1:1", "10.0.0.1:1", "[::]:1", "[::2]:1", "[fe80::1]:1"}) {
    INFO(text);
    CHECK_FALSE(parse_address(text)->is_loopback());
  }
}
