#include "http/target.h"

#include <catch2/catch.hpp>

using freshet::http::is_host;
using freshet::http::parse_target;
using freshet::http::Target;

TEST_CASE("a target is split at its first question mark") {
  CHECK(parse_target("GET", "/a?b?c") == Target{"/a", "b?c", {}});
  CHECK(parse_target("GET", "/a?") == Target{"/a", "", {}});
  CHECK(parse_target("GET", "/http://a/?x") == Target{"/http://a/", "x", {}});
}

TEST_CASE("an absolute-form target gives its authority") {
  CHECK(parse_target("GET", "https://Host:1/a/b?c") == Target{"/a/b", "c", "Host:1"});
  CHECK(parse_target("GET", "http://host") == Target{"/", "", "host"});
  CHECK(parse_target("OPTIONS", "http://host") == Target{"/", "", "host"});
  CHECK_FALSE(parse_target("GET", "http://").has_value());
  CHECK_FALSE(parse_target("GET", "http:/a").has_value());
}

TEST_CASE("empty and non-ASCII targets are refused") {
  CHECK_FALSE(parse_target("GET", "").has_value());
  CHECK_FALSE(parse_target("GET", "/\x80").has_value());
  CHECK_FALSE(parse_target("GET", "/ ").has_value());
}

TEST_CASE("a host is a name or an address and maybe a port") {
  CHECK(is_host("example.org:8080"));
  CHECK(is_host("[2001:db8::1]:80"));
  CHECK(is_host(""));
  CHECK_FALSE(is_host("a b"));
  CHECK_FALSE(is_host("a@b"));
  CHECK_FALSE(is_host("a\\b"));
  CHECK_FALSE(is_host("a\"b"));
  CHECK_FALSE(is_host(std::string_view("\0", 1)));
}
