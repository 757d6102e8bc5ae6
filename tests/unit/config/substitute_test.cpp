#include "config/substitute.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>

using freshet::config::escape_substitutions;
using freshet::config::substitute;

namespace {

const std::map<std::string, std::string> kEnv{{"HOST", "redis"}, {"EMPTY", ""}, {"NESTED", "${HOST}"}, {"_x1", "y"}};

}  // namespace

TEST_CASE("variables are replaced wherever they stand, and only once") {
  CHECK(substitute("redis://${HOST}:6379", kEnv) == "redis://redis:6379");
  CHECK(substitute("${HOST}${HOST}${_x1}", kEnv) == "redisredisy");
  CHECK(substitute("${EMPTY}", kEnv) == "");
  CHECK(substitute("${NESTED}", kEnv) == "${HOST}");
  CHECK(substitute("", kEnv) == "");
}

TEST_CASE("a default stands in for what is unset or empty") {
  CHECK(substitute("${NOPE:-a:-b}", kEnv) == "a:-b");
  CHECK(substitute("${NOPE:-}", kEnv) == "");
  CHECK(substitute("${EMPTY:-x}", kEnv) == "x");
  CHECK(substitute("${HOST:-x}", kEnv) == "redis");
}

TEST_CASE("a dollar is itself, and two before a brace are a literal one") {
  CHECK(substitute("$HOST $ $$ 5$", kEnv) == "$HOST $ $$ 5$");
  CHECK(substitute("$${HOST}", kEnv) == "${HOST}");
  CHECK(substitute("$${${HOST}}", kEnv) == "${redis}");
}

TEST_CASE("what cannot be replaced is an error") {
  CHECK_THAT(substitute("${NOPE}", kEnv).error().message, Catch::Contains("the environment variable NOPE is not set"));
  for (const auto* bad : {"${", "${HOST", "${}", "${1X}", "${A-B}", "${A:x}", "${ HOST }", "${:-x}", "${A:-${HOST}}"}) {
    INFO(bad);
    CHECK_FALSE(substitute(bad, kEnv));
  }
}

TEST_CASE("what stands between the braces is not quoted unless it is a variable's name: it may be half a password") {
  CHECK(substitute("redis://:hun${ter-2}x@h", kEnv).error().message ==
        "has a ${…} that names no variable (a literal ${ is written $${)");
  CHECK_THAT(substitute("${tw:-${o}}", kEnv).error().message, !Catch::Contains("${o"));
}

TEST_CASE("escaped text comes out as it was") {
  for (const auto* text : {"", "$", "${", "$${", "$$${x}", "a${HOST}b${", "$$"}) {
    INFO(text);
    CHECK(substitute(escape_substitutions(text), kEnv) == std::string(text));
  }
}
