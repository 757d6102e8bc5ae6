#include "base/percent.h"

#include <catch2/catch.hpp>

using freshet::base::percent_decode;
using freshet::base::percent_encode;

TEST_CASE("Percent-encoding leaves letters, digits and -._~ as they are, and what else is named") {
  CHECK(percent_encode("a-Z_0.~") == "a-Z_0.~");
  CHECK(percent_encode("a b/c+ü") == "a%20b%2Fc%2B%C3%BC");
  CHECK(percent_encode("/run/a b", "/") == "/run/a%20b");
  CHECK(percent_encode("").empty());
}

TEST_CASE("What was percent-encoded comes out as it was") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(percent_decode(percent_encode(all)).value() == all);
  CHECK(percent_decode("%c3%A9+").value() == "\xc3\xa9+");
}

TEST_CASE("The first escape that is none is told by its place") {
  CHECK(percent_decode("%").error() == 0);
  CHECK(percent_decode("ab%4").error() == 2);
  CHECK(percent_decode("%41%4g%zz").error() == 3);
  CHECK(percent_decode("%%41").error() == 0);
}
