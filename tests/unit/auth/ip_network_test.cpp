#include "auth/ip_network.h"

#include <catch2/catch.hpp>

using freshet::auth::IpAddress;
using freshet::auth::IpNetwork;
using freshet::auth::prefix64;

namespace {

IpAddress address(std::string_view text) {
  const auto parsed = IpAddress::parse(text);
  INFO(text);
  REQUIRE(parsed);
  return *parsed;
}

bool contains(std::string_view network, std::string_view text) {
  const auto parsed = IpNetwork::parse(network);
  INFO(network);
  REQUIRE(parsed);
  return parsed->contains(address(text));
}

}  // namespace

TEST_CASE("addresses have a canonical spelling") {
  CHECK(address("192.0.2.1").text() == "192.0.2.1");
  CHECK(address("2001:DB8:0:0:0:0:0:1").text() == "2001:db8::1");
  CHECK(address("::").text() == "::");
  CHECK(address("192.0.2.1").is_v4());
  CHECK_FALSE(address("::1").is_v4());
}

TEST_CASE("an IPv4-mapped address is the IPv4 address") {
  CHECK(address("::ffff:192.0.2.1") == address("192.0.2.1"));
  CHECK(address("::ffff:c000:201").text() == "192.0.2.1");
  CHECK(address("::192.0.2.1") != address("192.0.2.1"));
}

TEST_CASE("what is no address is none") {
  for (const std::string_view text :
       {"", " ", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.4 ", "1.2.3.4:80", "[::1]", "::1%lo",
        "fe80::1%1", ":::", "1::2::3", "12345::", "localhost", "0x7f.1", "2130706433", "1.2.3.4/8"}) {
    INFO(text);
    CHECK_FALSE(IpAddress::parse(text));
  }
  CHECK_FALSE(IpAddress::parse(std::string_view("1.2.3.4\0", 8)));
}

TEST_CASE("a network contains the addresses with its prefix") {
  CHECK(contains("10.0.0.0/8", "10.255.0.1"));
  CHECK_FALSE(contains("10.0.0.0/8", "11.0.0.0"));
  CHECK(contains("10.1.2.128/25", "10.1.2.255"));
  CHECK_FALSE(contains("10.1.2.128/25", "10.1.2.127"));
  CHECK(contains("10.1.2.3", "10.1.2.3"));
  CHECK_FALSE(contains("10.1.2.3", "10.1.2.2"));
  CHECK(contains("10.1.2.3/32", "::ffff:10.1.2.3"));
  CHECK(contains("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK_FALSE(contains("2001:db8::/33", "2001:db8:8000::1"));
  CHECK(contains("::1", "::1"));
  CHECK(contains("0.0.0.0/0", "203.0.113.9"));
  CHECK_FALSE(contains("0.0.0.0/0", "2001:db8::1"));
  CHECK(contains("::/0", "2001:db8::1"));
  CHECK_FALSE(contains("::/0", "203.0.113.9"));
  CHECK(contains("::ffff:0:0/96", "203.0.113.9"));
}

TEST_CASE("a network has a canonical spelling") {
  CHECK(IpNetwork::parse("10.0.0.0/8")->text() == "10.0.0.0/8");
  CHECK(IpNetwork::parse("10.0.0.1")->text() == "10.0.0.1/32");
  CHECK(IpNetwork::parse("2001:DB8::/32")->text() == "2001:db8::/32");
  CHECK(IpNetwork::parse("::ffff:10.0.0.0/104") == IpNetwork::parse("10.0.0.0/8"));
}

TEST_CASE("what is no network is an error that quotes it") {
  for (const std::string_view text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0.0/ 8", "::/129",
        "10/8", "localhost", "10.0.0.0/255.0.0.0"}) {
    INFO(text);
    CHECK_FALSE(IpNetwork::parse(text));
  }
  CHECK(IpNetwork::parse("10.0.0.1/8").error().message == "\"10.0.0.1/8\" has bits beyond its prefix");
  CHECK(IpNetwork::parse("2001:db8::1/64").error().message == "\"2001:db8::1/64\" has bits beyond its prefix");
}

TEST_CASE("limits count IPv6 by its /64 and IPv4 by the address") {
  CHECK(prefix64(address("2001:db8:1:2:3:4:5:6")) == address("2001:db8:1:2::"));
  CHECK(prefix64(address("192.0.2.77")) == address("192.0.2.77"));
  CHECK(prefix64(address("::ffff:192.0.2.77")) == address("192.0.2.77"));
}
