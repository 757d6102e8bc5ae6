#include "auth/identity.h"

#include <catch2/catch.hpp>

using freshet::auth::identity_from_headers;
using freshet::auth::kMaxGlobs;

TEST_CASE("a trusted proxy's headers make an identity") {
  const auto identity = identity_from_headers("42", "news  project:7:* ");
  REQUIRE(identity);
  CHECK(identity->subject == "42");
  CHECK(identity->channels == std::vector<std::string>{"news", "project:7:*"});
  CHECK(identity->publish.empty());
  CHECK_FALSE(identity->expires_at);
  CHECK(identity_from_headers("42", "")->channels.empty());
}

TEST_CASE("headers out of bounds make none") {
  CHECK_FALSE(identity_from_headers("", "news"));
  CHECK_FALSE(identity_from_headers("a\tb", ""));
  CHECK_FALSE(identity_from_headers(std::string(201, 's'), ""));
  CHECK_FALSE(identity_from_headers("42", std::string(201, 'c')));
  std::string globs;
  for (std::size_t i = 0; i < kMaxGlobs; ++i) globs += "c ";
  CHECK(identity_from_headers("42", globs));
  CHECK_FALSE(identity_from_headers("42", globs + "c"));
}
