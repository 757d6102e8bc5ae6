#include "auth/token_cache.h"

#include <catch2/catch.hpp>

using freshet::auth::TokenCache;
using freshet::auth::VerifiedToken;

namespace {

VerifiedToken token_of(std::string subject) {
  VerifiedToken token;
  token.identity.subject = std::move(subject);
  return token;
}

}  // namespace

TEST_CASE("a token is found by its digest") {
  CHECK(TokenCache::digest_of("abc")[0] == 0xba);  // FIPS 180-4
  CHECK(TokenCache::digest_of("abc")[31] == 0xad);
  TokenCache cache(4);
  cache.insert(TokenCache::digest_of("a"), token_of("1"));
  REQUIRE(cache.find(TokenCache::digest_of("a")) != nullptr);
  CHECK(cache.find(TokenCache::digest_of("a"))->identity.subject == "1");
  CHECK(cache.find(TokenCache::digest_of("b")) == nullptr);
  cache.insert(TokenCache::digest_of("a"), token_of("2"));
  CHECK(cache.size() == 1);
  CHECK(cache.find(TokenCache::digest_of("a"))->identity.subject == "2");
}

TEST_CASE("the least recently used token is forgotten first") {
  TokenCache cache(2);
  cache.insert(TokenCache::digest_of("a"), token_of("a"));
  cache.insert(TokenCache::digest_of("b"), token_of("b"));
  REQUIRE(cache.find(TokenCache::digest_of("a")) != nullptr);
  cache.insert(TokenCache::digest_of("c"), token_of("c"));
  CHECK(cache.size() == 2);
  CHECK(cache.find(TokenCache::digest_of("b")) == nullptr);
  CHECK(cache.find(TokenCache::digest_of("a")) != nullptr);
  CHECK(cache.find(TokenCache::digest_of("c")) != nullptr);
}

TEST_CASE("tokens can be forgotten one by one and all at once") {
  TokenCache cache(2);
  cache.insert(TokenCache::digest_of("a"), token_of("a"));
  cache.insert(TokenCache::digest_of("b"), token_of("b"));
  cache.erase(TokenCache::digest_of("a"));
  cache.erase(TokenCache::digest_of("a"));
  CHECK(cache.find(TokenCache::digest_of("a")) == nullptr);
  CHECK(cache.size() == 1);
  cache.clear();
  CHECK(cache.find(TokenCache::digest_of("b")) == nullptr);
  CHECK(cache.size() == 0);
}

TEST_CASE("a cache without room keeps nothing") {
  TokenCache cache(0);
  cache.insert(TokenCache::digest_of("a"), token_of("a"));
  CHECK(cache.size() == 0);
}
