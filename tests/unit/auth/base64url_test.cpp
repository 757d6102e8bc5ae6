#include "auth/base64url.h"

#include <catch2/catch.hpp>

#include "unit/auth/sign.h"

using freshet::auth::decode_base64url;
using freshet::auth::test::encode_base64url;

TEST_CASE("base64url gives the bytes it stands for") {
  CHECK(decode_base64url("") == "");
  CHECK(decode_base64url("Zg") == "f");
  CHECK(decode_base64url("Zm8") == "fo");
  CHECK(decode_base64url("Zm9v") == "foo");
  CHECK(decode_base64url("-_-_") == "\xfb\xff\xbf");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(decode_base64url(encode_base64url(all)) == all);
}

TEST_CASE("base64url has one spelling for each byte string") {
  CHECK_FALSE(decode_base64url("Zg=="));
  CHECK_FALSE(decode_base64url("Zg="));
  CHECK_FALSE(decode_base64url("+/+/"));
  CHECK_FALSE(decode_base64url("Zm9v\n"));
  CHECK_FALSE(decode_base64url("Zm 9v"));
  CHECK_FALSE(decode_base64url(std::string_view("Zm9\0", 4)));
  CHECK_FALSE(decode_base64url("Z"));
  CHECK_FALSE(decode_base64url("Zm9vZ"));
  CHECK_FALSE(decode_base64url("Zh"));   // bits after the end of "f"
  CHECK_FALSE(decode_base64url("Zm9"));  // and of "fo"
  CHECK_FALSE(decode_base64url("\xc3\xa4\xc3\xa4"));
}
