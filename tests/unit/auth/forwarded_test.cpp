#include "auth/forwarded.h"

#include <catch2/catch.hpp>

using freshet::auth::client_address;
using freshet::auth::IpAddress;
using freshet::auth::TrustedProxies;

namespace {

TrustedProxies proxies(const std::vector<std::string>& entries) {
  auto parsed = TrustedProxies::parse(entries);
  REQUIRE(parsed);
  return *parsed;
}

/// As text; "none" for no address. `peer` is empty for a unix socket.
std::string client(std::string_view peer, const std::vector<std::string_view>& forwarded_for,
                   const std::vector<std::string>& trusted = {"10.0.0.0/8", "2001:db8::/32"}) {
  const auto address = client_address(IpAddress::parse(peer), forwarded_for, proxies(trusted));
  return address ? address->text() : "none";
}

}  // namespace

TEST_CASE("a stranger's X-Forwarded-For is not looked at") {
  CHECK(client("203.0.113.1", {"198.51.100.1"}) == "203.0.113.1");
  CHECK(client("203.0.113.1", {"198.51.100.1"}, {}) == "203.0.113.1");
  CHECK(client("10.0.0.1", {"198.51.100.1"}, {"unix"}) == "10.0.0.1");
}

TEST_CASE("behind trusted proxies the client is the rightmost address that is none of them") {
  CHECK(client("10.0.0.1", {"198.51.100.1"}) == "198.51.100.1");
  CHECK(client("10.0.0.1", {"1.1.1.1, 198.51.100.1"}) == "198.51.100.1");
  CHECK(client("10.0.0.1", {"1.1.1.1, 198.51.100.1, 10.0.0.2,10.0.0.3"}) == "198.51.100.1");
  CHECK(client("::ffff:10.0.0.1", {"198.51.100.1"}) == "198.51.100.1");
  CHECK(client("10.0.0.1", {"2001:db8:ffff::1", "10.0.0.2"}) == "2001:db8:ffff::1");
  CHECK(client("10.0.0.1", {"::ffff:198.51.100.1"}) == "198.51.100.1");
}

TEST_CASE("several headers are one list") {
  CHECK(client("10.0.0.1", {"198.51.100.1", "198.51.100.2, 10.0.0.2"}) == "198.51.100.2");
  CHECK(client("10.0.0.1", {"198.51.100.1", "10.0.0.2"}) == "198.51.100.1");
}

TEST_CASE("if all are trusted the client is the leftmost") {
  CHECK(client("10.0.0.1", {"10.0.0.3, 10.0.0.2"}) == "10.0.0.3");
  CHECK(client("10.0.0.1", {}) == "10.0.0.1");
}

TEST_CASE("entries may carry ports and brackets") {
  CHECK(client("10.0.0.1", {"198.51.100.1:4711"}) == "198.51.100.1");
  CHECK(client("10.0.0.1", {"[2001:470::1]:4711"}) == "2001:470::1");
  CHECK(client("10.0.0.1", {"[2001:470::1]"}) == "2001:470::1");
  CHECK(client("10.0.0.1", {"2001:470::1"}) == "2001:470::1");
}

TEST_CASE("garbage ends the walk at the last trusted hop") {
  for (const std::string_view entry :
       {"", "unknown", "_hidden", "198.51.100.1:x", "198.51.100.1:", "198.51.100.1:65536", "[2001:470::1",
        "[198.51.100.1]", "[2001:470::1]x", "[2001:470::1]:", "[]", "\"198.51.100.1\"", "198.51.100.1 198.51.100.2",
        "300.1.1.1"}) {
    INFO(entry);
    CHECK(client("10.0.0.1", {"198.51.100.9, " + std::string(entry)}) == "10.0.0.1");
    CHECK(client("10.0.0.1", {"198.51.100.9, " + std::string(entry) + ", 10.0.0.2"}) == "10.0.0.2");
  }
}

TEST_CASE("a unix socket's other end is trusted if unix is, and has no address itself") {
  CHECK(client("", {"198.51.100.1"}, {"unix"}) == "198.51.100.1");
  CHECK(client("", {"198.51.100.1, 10.0.0.2"}, {"unix", "10.0.0.0/8"}) == "198.51.100.1");
  CHECK(client("", {}, {"unix"}) == "none");
  CHECK(client("", {"unknown"}, {"unix"}) == "none");
  CHECK(client("", {"198.51.100.1"}, {"10.0.0.0/8"}) == "none");
}

TEST_CASE("trusted proxies are networks, addresses and unix") {
  const auto trusted = proxies({"unix", "10.0.0.0/8", "::1"});
  CHECK(trusted.trusts_peer({}));
  CHECK(trusted.trusts_peer(IpAddress::parse("10.1.1.1")));
  CHECK(trusted.trusts_peer(IpAddress::parse("::1")));
  CHECK_FALSE(trusted.trusts_peer(IpAddress::parse("127.0.0.1")));
  CHECK_FALSE(TrustedProxies{}.trusts_peer({}));
  const std::vector<std::string> bad{"10.0.0.0/8", "proxy.example"};
  CHECK(TrustedProxies::parse(bad).error().message.find("\"proxy.example\"") != std::string::npos);
}
