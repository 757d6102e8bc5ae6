#include "redis/login.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "unit/uv/support.h"

using freshet::redis::current_password;
using freshet::redis::Retry;
using freshet::redis::retry_after;

TEST_CASE("A password file is read anew each time, without the newline at its end") {
  const freshet::test::TempDir dir;
  const auto path = dir.file("password");
  const auto password = [&](const std::string& content) {
    std::ofstream(path) << content;
    return current_password({"", "other", path}).value();
  };
  CHECK(password("one\n") == "one");
  CHECK(password("two\r\n") == "two");
  CHECK(password(" three \n\n") == " three \n");
  CHECK(password("four") == "four");
  CHECK(password("").empty());
}

TEST_CASE("A password file that cannot be read is named with its key") {
  const freshet::test::TempDir dir;
  const auto path = dir.file("missing");
  const auto password = current_password({"", "secret", path});
  REQUIRE_FALSE(password);
  CHECK(password.error().message == "backplane.redis.password_file: " + path + ": No such file or directory");
  const auto folder = current_password({"", "secret", dir.file("")});
  REQUIRE_FALSE(folder);
  CHECK_THAT(folder.error().message, Catch::Contains("Is a directory"));
}

TEST_CASE("Without a file the inline password counts") { CHECK(current_password({"", "inline", ""}) == "inline"); }

TEST_CASE("Only what an operator or time must change is retried slowly") {
  CHECK(retry_after("NOPERM this user has no permissions") == Retry::kSlow);
  CHECK(retry_after("WRONGPASS invalid username-password pair") == Retry::kSlow);
  CHECK(retry_after("ERR max number of clients reached") == Retry::kSlow);
  CHECK(retry_after("DENIED Redis is running in protected mode") == Retry::kSlow);
  CHECK(retry_after("LOADING Redis is loading the dataset in memory") == Retry::kSoon);
  CHECK(retry_after("READONLY You can't write against a read only replica.") == Retry::kSoon);
}
