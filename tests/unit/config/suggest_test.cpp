#include "config/suggest.h"

#include <catch2/catch.hpp>
#include <string>

using freshet::config::suggestion;

TEST_CASE("slips of the fingers get a suggestion, other words none") {
  const std::vector<std::string> names{"heartbeat", "retry", "padding"};
  CHECK(suggestion("hartbeat", names) == " (did you mean heartbeat?)");
  CHECK(suggestion("heartbaet", names) == " (did you mean heartbeat?)");
  CHECK(suggestion("retyr", names) == " (did you mean retry?)");
  CHECK(suggestion("retr", names) == " (did you mean retry?)");
  CHECK(suggestion("jwt", names).empty());
  CHECK(suggestion("", names).empty());
  CHECK(suggestion(std::string(100'000, 'x'), names).empty());
}

TEST_CASE("a name that lacks its last words gets the only one that goes on from there") {
  const std::vector<std::string> names{"secret_file", "jwks_file", "jwks_url", "issuer"};
  CHECK(suggestion("secret", names) == " (did you mean secret_file?)");
  CHECK(suggestion("secr", names).empty());
  CHECK(suggestion("jwks", names).empty());
}
