#include "redis/role.h"

#include <catch2/catch.hpp>

#include "redis/codec.h"
#include "unit/redis/fake_redis.h"

using namespace freshet;
using redis::Role;

namespace {

std::string mismatch(Role wanted, const std::string& bytes) {
  redis::ReplyReader reader;
  reader.feed(bytes);
  return redis::role_mismatch(wanted, reader.take().value()->value());
}

}  // namespace

TEST_CASE("what is wanted is fine") {
  CHECK(mismatch(Role::kPrimary, test::role("master")).empty());
  CHECK(mismatch(Role::kSentinel, "*2\r\n$8\r\nsentinel\r\n*0\r\n").empty());
}

TEST_CASE("what is something else is named") {
  CHECK(mismatch(Role::kPrimary, test::role("slave", "10.0.0.1", 6379)) ==
        "is a replica of 10.0.0.1:6379, not the primary");
  CHECK(mismatch(Role::kPrimary, "*1\r\n$5\r\nslave\r\n") == "is a replica, not the primary");
  CHECK(mismatch(Role::kPrimary, test::role("sentinel")) ==
        "is a sentinel, not Redis itself: it belongs to backplane.redis.sentinel.nodes");
  CHECK(mismatch(Role::kSentinel, test::role("master")) == "is Redis itself, not a sentinel");
  CHECK(mismatch(Role::kSentinel, test::role("slave", "h", 1)) == "is Redis itself, not a sentinel");
}

TEST_CASE("what is no answer to ROLE is quoted") {
  CHECK(mismatch(Role::kPrimary, "+OK\r\n") == "answers ROLE with OK");
  CHECK(mismatch(Role::kPrimary, "*0\r\n") == "answers ROLE with an array of 0");
  CHECK(mismatch(Role::kSentinel, "*1\r\n:1\r\n") == "answers ROLE with an array of 1");
}
