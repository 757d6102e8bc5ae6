#include "auth/missing_keys.h"

#include <catch2/catch.hpp>
#include <string>

using freshet::auth::MissingKeys;

TEST_CASE("a key that is asked for is waited for until a fetch that began later has not brought it") {
  MissingKeys missing;
  CHECK_FALSE(missing.any());
  CHECK(missing.ask("new"));
  CHECK(missing.ask("new"));
  CHECK(missing.any());
  missing.fetch_began();
  CHECK_FALSE(missing.any());
  CHECK(missing.ask("new"));
  CHECK_FALSE(missing.any());
  missing.fetch_succeeded();
  CHECK_FALSE(missing.ask("new"));
  CHECK(missing.any());  // the issuer may have it by now, so it is looked for all the same
}

TEST_CASE("what is asked for during a fetch is judged by the next one") {
  MissingKeys missing;
  missing.fetch_began();
  CHECK(missing.ask("late"));
  missing.fetch_succeeded();
  CHECK(missing.any());
  CHECK(missing.ask("late"));
  missing.fetch_began();
  missing.fetch_succeeded();
  CHECK_FALSE(missing.ask("late"));
}

TEST_CASE("a fetch that fails is no verdict") {
  MissingKeys missing;
  CHECK(missing.ask("new"));
  missing.fetch_began();
  missing.fetch_failed();
  CHECK(missing.any());
  CHECK(missing.ask("new"));
}

TEST_CASE("a key that keeps being asked for stays refused, and is forgotten when it is not") {
  MissingKeys missing;
  const auto fetch = [&] {
    missing.fetch_began();
    missing.fetch_succeeded();
  };
  CHECK(missing.ask("gone"));
  fetch();
  for (int i = 0; i < 3; ++i) {
    CHECK_FALSE(missing.ask("gone"));
    fetch();
  }
  fetch();
  CHECK(missing.ask("gone"));
}

TEST_CASE("made-up keys are bounded in number, whatever becomes of the fetches") {
  MissingKeys missing;
  std::size_t waited_for = 0;
  for (std::size_t i = 0; i < 4 * MissingKeys::kMaxKids; ++i) {
    if (i % 500 == 0) missing.fetch_began();
    if (missing.ask("made up " + std::to_string(i))) ++waited_for;
    if (i % 500 == 499) missing.fetch_failed();
  }
  CHECK(waited_for == MissingKeys::kMaxKids);
  CHECK(missing.ask("made up 0"));
  CHECK_FALSE(missing.ask("one more"));
}
