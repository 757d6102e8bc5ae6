#include "auth/policy.h"

#include <catch2/catch.hpp>

using freshet::auth::Identity;
using freshet::auth::is_public;
using freshet::auth::may_read;
using freshet::auth::own_channel;
using freshet::auth::Policy;

namespace {

Identity user(std::string subject, std::vector<std::string> channels = {}) {
  Identity identity;
  identity.subject = std::move(subject);
  identity.channels = std::move(channels);
  return identity;
}

}  // namespace

TEST_CASE("public channels are open to anyone, and nothing else is") {
  const Policy policy{.public_channels = {"news", "public:*"}};
  CHECK(is_public(policy, "news"));
  CHECK(is_public(policy, "public:a/b:c"));
  CHECK_FALSE(is_public(policy, "newsletter"));
  CHECK(may_read(policy, nullptr, "public:x"));
  CHECK_FALSE(may_read(policy, nullptr, "user:1"));
  CHECK_FALSE(may_read(Policy{}, nullptr, "news"));
}

TEST_CASE("an identity reads what is public, its own channel, and what its globs match") {
  const Policy policy{.public_channels = {"news"}};
  const auto identity = user("1", {"project:7:*"});
  CHECK(may_read(policy, &identity, "news"));
  CHECK(may_read(policy, &identity, "user:1"));
  CHECK(may_read(policy, &identity, "project:7:chat"));
  CHECK_FALSE(may_read(policy, &identity, "project:71:chat"));
  CHECK_FALSE(may_read(policy, &identity, "user:11"));
  CHECK_FALSE(may_read(policy, &identity, "user:"));
  CHECK_FALSE(may_read(policy, &identity, "user:2"));
}

TEST_CASE("the right to publish to a channel lets nobody read it") {
  auto identity = user("1", {"read"});
  identity.publish = {"write:*"};
  CHECK(may_read(Policy{}, &identity, "read"));
  CHECK_FALSE(may_read(Policy{}, &identity, "write:a"));
}

TEST_CASE("a subject is no glob, even if it reads like one") {
  const auto star = user("*");
  CHECK_FALSE(own_channel(Policy{}, star));
  CHECK_FALSE(may_read(Policy{}, &star, "user:2"));
}

TEST_CASE("a subject that makes no valid channel name has no channel of its own") {
  CHECK(own_channel(Policy{}, user("42")) == "user:42");
  CHECK(own_channel(Policy{.user_channel = "u/{sub}/inbox"}, user("a@b.c")) == "u/a@b.c/inbox");
  CHECK(own_channel(Policy{}, user("{sub}")).error().message == "the subject makes no valid channel name");
  CHECK_FALSE(own_channel(Policy{}, user("")));
  CHECK_FALSE(own_channel(Policy{}, user("a b")));
  CHECK_FALSE(own_channel(Policy{}, user("a|b")));
  CHECK_FALSE(own_channel(Policy{}, user("jörg")));
  CHECK(own_channel(Policy{}, user(std::string(195, 's'))));
  CHECK_FALSE(own_channel(Policy{}, user(std::string(196, 's'))));
  const auto nameless = user("", {"a"});
  CHECK(may_read(Policy{}, &nameless, "a"));
  CHECK_FALSE(may_read(Policy{}, &nameless, "user:"));
}
