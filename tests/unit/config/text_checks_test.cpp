#include "config/text_checks.h"

#include <catch2/catch.hpp>
#include <string>

using namespace freshet::config;  // NOLINT(google-build-using-namespace): the checks are what this file is about

TEST_CASE("only ASCII letters, digits and what is named besides pass") {
  CHECK(consists_of("", ""));
  CHECK(consists_of("azAZ09", ""));
  CHECK(consists_of("a-b.c", "-."));
  for (const auto* bad : {"a-b", " ", "@", "[", "`", "{", "/", ":", "\xc3\xa9"}) {
    INFO(bad);
    CHECK_FALSE(consists_of(bad, "."));
  }
  CHECK_FALSE(consists_of(std::string("a\0b", 3), "."));
}

TEST_CASE("ports are 1 to 65535 without leading zeros") {
  for (const auto* good : {"1", "80", "65535"}) CHECK(is_port(good));
  for (const auto* bad : {"", "0", "080", "65536", "-1", "+1", " 1", "1x"}) {
    INFO(bad);
    CHECK_FALSE(is_port(bad));
  }
}

TEST_CASE("a refused value is quoted so that it harms no log") {
  const freshet::base::Result<std::string> refused = refuse("a\nb", "is not it");
  CHECK(refused.error().message == "\"a\\x0ab\" is not it");
}
