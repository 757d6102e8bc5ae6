#include "auth/credentials.h"

#include <catch2/catch.hpp>

using freshet::auth::bearer;
using freshet::auth::cookie;

TEST_CASE("a Bearer's token is what follows the scheme, whose case does not matter") {
  CHECK(bearer("Bearer abc") == "abc");
  CHECK(bearer("bearer abc") == "abc");
  CHECK(bearer("BEARER   abc ") == "abc");
  CHECK(bearer("Bearer a b") == "a b");
}

TEST_CASE("another scheme is none, a Bearer without a token an empty one") {
  CHECK_FALSE(bearer("Basic abc"));
  CHECK_FALSE(bearer("Bearerabc"));
  CHECK_FALSE(bearer("Bear"));
  CHECK_FALSE(bearer(""));
  CHECK(bearer("Bearer") == "");
  CHECK(bearer("Bearer  ") == "");
}

TEST_CASE("a cookie is found by its exact name") {
  CHECK(cookie("freshet_token=abc", "freshet_token") == "abc");
  CHECK(cookie("a=1; freshet_token=abc; b=2", "freshet_token") == "abc");
  CHECK(cookie("a=1;freshet_token=abc", "freshet_token") == "abc");
  CHECK(cookie("freshet_token=a=b", "freshet_token") == "a=b");
  CHECK(cookie("freshet_token=\"abc\"", "freshet_token") == "abc");
  CHECK(cookie("freshet_token=first; freshet_token=second", "freshet_token") == "first");
  CHECK_FALSE(cookie("xfreshet_token=abc", "freshet_token"));
  CHECK_FALSE(cookie("freshet_tokenx=abc", "freshet_token"));
  CHECK_FALSE(cookie("Freshet_token=abc", "freshet_token"));
  CHECK_FALSE(cookie("a=freshet_token=abc", "freshet_token"));
  CHECK_FALSE(cookie("freshet_token", "freshet_token"));
  CHECK_FALSE(cookie("", "freshet_token"));
}

TEST_CASE("an empty cookie is none") {
  CHECK_FALSE(cookie("freshet_token=", "freshet_token"));
  CHECK_FALSE(cookie("freshet_token=\"\"; a=1", "freshet_token"));
  CHECK(cookie("freshet_token=\"", "freshet_token") == "\"");
}
