#include "http/header.h"

#include <catch2/catch.hpp>

using freshet::http::is_token;

TEST_CASE("tokens are what header names are made of") {
  CHECK(is_token("X-Thing_1!"));
  CHECK_FALSE(is_token(""));
  CHECK_FALSE(is_token("a b"));
  CHECK_FALSE(is_token("a:b"));
  CHECK_FALSE(is_token("\xc3\xa9"));
  CHECK_FALSE(is_token(std::string_view("a\0", 2)));
}
