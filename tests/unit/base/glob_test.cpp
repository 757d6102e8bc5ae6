#include "base/glob.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using freshet::base::any_glob_matches;
using freshet::base::glob_match;

TEST_CASE("globs") {
  CHECK(glob_match("news", "news"));
  CHECK_FALSE(glob_match("news", "newsy"));
  CHECK_FALSE(glob_match("news", "News"));
  CHECK(glob_match("*", ""));
  CHECK(glob_match("project:7:*", "project:7:a/b:c"));
  CHECK_FALSE(glob_match("project:7:*", "project:71"));
  CHECK(glob_match("a*b*c", "aXbYbZc"));
  CHECK_FALSE(glob_match("a*b*c", "aXbYbZ"));
  CHECK(glob_match("u?er", "user"));
  CHECK_FALSE(glob_match("u?er", "uer"));
  CHECK(glob_match("[a]", "[a]"));
  CHECK_FALSE(glob_match("[a]", "a"));
  CHECK_FALSE(glob_match("", "a"));
  CHECK(glob_match("", ""));
  CHECK(glob_match("**x**", "x"));
}

TEST_CASE("one glob of a list is enough, and of none none") {
  const std::vector<std::string> globs{"news:*", "user:?"};
  CHECK(any_glob_matches(globs, "news:1"));
  CHECK(any_glob_matches(globs, "user:1"));
  CHECK_FALSE(any_glob_matches(globs, "user:12"));
  CHECK_FALSE(any_glob_matches({}, ""));
}

TEST_CASE("a glob made to blow up backtracking matchers ends at once") {
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "a*";
  pattern += "b";
  CHECK_FALSE(glob_match(pattern, std::string(200, 'a')));
}
