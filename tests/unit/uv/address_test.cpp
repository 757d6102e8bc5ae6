#include "uv/address.h"

#include <catch2/catch.hpp>
#include <string>
#include <tuple>

using freshet::uv::Address;
using freshet::uv::is_loopback;
using freshet::uv::parse_connect_address;

TEST_CASE("Addresses are parsed and printed back") {
  const auto [text, expected] = GENERATE(table<std::string, Address>({
      {"127.0.0.1:8080", Address::tcp("127.0.0.1", 8080)},
      {"0.0.0.0:1", Address::tcp("0.0.0.0", 1)},
      {"[::1]:65535", Address::tcp("::1", 65535)},
      {"[::]:80", Address::tcp("::", 80)},
      {"unix:/run/freshet.sock", Address::unix_socket("/run/freshet.sock")},
      {"unix:/run/with:colon", Address::unix_socket("/run/with:colon")},
  }));
  const auto address = parse_connect_address(text);
  REQUIRE(address);
  CHECK(*address == expected);
  CHECK(address->text() == text);
}

TEST_CASE("A wrong address is quoted with what is wrong with it") {
  const auto [text, reason] = GENERATE(table<std::string, std::string>({
      {"8080", "no port; expected ADDRESS:PORT or unix:/PATH"},
      {"[::1]", "no port; expected ADDRESS:PORT or unix:/PATH"},
      {":8080", "no address before the port"},
      {"127.0.0.1:", "port must be a number from 1 to 65535"},
      {"127.0.0.1:65536", "port must be a number from 1 to 65535"},
      {"127.0.0.1:-1", "port must be a number from 1 to 65535"},
      {"127.0.0.1:80x", "port must be a number from 1 to 65535"},
      {"127.0.0.1:0", "port must be a number from 1 to 65535"},
      {"::1:8080", "an IPv6 address must be in brackets: [::1]:PORT"},
      {"[::1:8080", "no ] after the IPv6 address"},
      {"[127.0.0.1]:8080", "not an IPv6 address between the brackets"},
      {"[]:8080", "not an IPv6 address between the brackets"},
      {"unix:", "no path after unix:"},
      {"unix:run.sock", "the path of a unix socket must be absolute"},
  }));
  const auto address = parse_connect_address(text);
  REQUIRE_FALSE(address);
  CHECK(address.error().message == "\"" + text + "\": " + reason);
}

TEST_CASE("An empty address is refused") { CHECK(parse_connect_address("").error().message == "the address is empty"); }

TEST_CASE("The path of a unix socket has room for 107 bytes") {
  CHECK(parse_connect_address("unix:/" + std::string(106, 'p')));
  const auto longer = parse_connect_address("unix:/" + std::string(107, 'p'));
  REQUIRE_FALSE(longer);
  CHECK(longer.error().message.ends_with(": the path of a unix socket may be 107 bytes long, not 108"));
  CHECK_FALSE(parse_connect_address(std::string("unix:/a\0b", 9)));
}

TEST_CASE("A host may be a name") {
  CHECK(parse_connect_address("redis.example:6379") == Address::tcp("redis.example", 6379));
  CHECK(parse_connect_address("localhost:1") == Address::tcp("localhost", 1));
  CHECK(parse_connect_address("redis example:1").error().message ==
        "\"redis example:1\": neither an IP address nor a host name");
  CHECK_FALSE(parse_connect_address(std::string(254, 'a') + ":1"));
}

TEST_CASE("Loopback is 127.0.0.0/8 and ::1, mapped or not, and never a unix socket or a name") {
  for (const char* ip : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"})
    CHECK(is_loopback(Address::tcp(ip, 1)));
  for (const char* ip : {"0.0.0.0", "128.0.0.1", "10.0.0.1", "::", "::2", "::ffff:10.0.0.1", "localhost"}) {
    CHECK_FALSE(is_loopback(Address::tcp(ip, 1)));
  }
  CHECK_FALSE(is_loopback(Address::unix_socket("/127.0.0.1")));
}
