#include "auth/verifier.h"

#include <catch2/catch.hpp>

#include "unit/auth/sign.h"

using freshet::auth::Identity;
using freshet::auth::Keyring;
using freshet::auth::kMaxTokenBytes;
using freshet::auth::to_string;
using freshet::auth::Verifier;
using freshet::auth::test::encode_base64url;
using freshet::auth::test::fixture_keys;
using freshet::auth::test::hmac;
using freshet::auth::test::secret_keys;
using freshet::auth::test::sign;
namespace fixtures = freshet::fixtures;

namespace {

constexpr std::int64_t kNow = fixtures::kIssuedAt + 100;

Verifier::Options strict() {
  return {.issuer = std::string(fixtures::kIssuer), .audience = std::string(fixtures::kAudience)};
}

std::string outcome(Verifier& verifier, std::string_view token, std::int64_t now_s = kNow) {
  const auto identity = verifier.verify(token, now_s);
  return std::string(identity ? "accepted" : to_string(identity.error().reason));
}

Keyring keys_of_pem(std::string_view pem) {
  Keyring keys;
  REQUIRE(keys.add_pem(pem));
  return keys;
}

Keyring keys_of_secret(std::string_view secret) {
  Keyring keys;
  REQUIRE(keys.add_secret(secret));
  return keys;
}

std::string outcome(Keyring keys, std::string_view token) {
  Verifier verifier({}, std::move(keys));
  return outcome(verifier, token);
}

}  // namespace

TEST_CASE("tokens of every algorithm are accepted, with and without a kid") {
  Verifier verifier(strict(), fixture_keys());
  const Identity expected{.subject = "42",
                          .channels = {"news", "project:7:*"},
                          .publish = {},
                          .expires_at = fixtures::kExpiresAt,
                          .issued_at = fixtures::kIssuedAt};
  for (const auto& entry : fixtures::kSigned) {
    for (const auto token : {entry.token, entry.bare}) {
      INFO(entry.algorithm);
      const auto identity = verifier.verify(token, kNow);
      REQUIRE(identity);
      CHECK(*identity == expected);
    }
  }
}

TEST_CASE("a token whose signature is another's is refused") {
  Verifier verifier(strict(), fixture_keys());
  for (const auto& entry : fixtures::kSigned) {
    INFO(entry.algorithm);
    const auto last = entry.token.rfind('.');
    const auto first = entry.token.find('.');
    std::string forged(entry.token.substr(0, first + 1));
    forged += encode_base64url(R"({"sub":"1"})");
    forged += entry.token.substr(last);
    CHECK(outcome(verifier, forged) == "signature");
    CHECK(outcome(verifier, std::string(entry.token.substr(0, last + 1))) == "signature");
  }
}

TEST_CASE("a key of another type than alg says is not used") {
  // The classic: the public key's text as the secret of an HMAC.
  for (const std::string_view text : {fixtures::kRsaPem, fixtures::kRsaPem.substr(0, fixtures::kRsaPem.size() - 1)}) {
    CHECK(outcome(keys_of_pem(fixtures::kRsaPem), sign(R"({"alg":"HS256"})", "{}", text)) == "algorithm");
  }
  CHECK(outcome(fixture_keys(), sign(R"({"alg":"HS256","kid":"rsa"})", "{}")) == "algorithm");
  CHECK(outcome(fixture_keys(), sign(R"({"alg":"RS256","kid":"secret"})", "{}")) == "algorithm");
  CHECK(outcome(fixture_keys(), sign(R"({"alg":"ES384","kid":"p256"})", "{}")) == "algorithm");
  CHECK(outcome(keys_of_pem(fixtures::kRsaPem), sign(R"({"alg":"RS256"})", "{}")) == "signature");
}

TEST_CASE("alg none is refused whatever keys there are") {
  const std::string unsigned_token = encode_base64url(R"({"alg":"none"})") + "." + encode_base64url("{}") + ".";
  CHECK(outcome(fixture_keys(), unsigned_token) == "algorithm");
  CHECK(outcome(Keyring{}, unsigned_token) == "algorithm");
}

TEST_CASE("an ECDSA signature of zeros or in DER is refused") {
  Verifier verifier({}, fixture_keys());
  for (const auto& [name, bytes] : {std::pair{"ES256", 64}, std::pair{"ES384", 96}, std::pair{"ES512", 132}}) {
    const std::string input =
        encode_base64url("{\"alg\":\"" + std::string(name) + "\"}") + "." + encode_base64url("{}");
    CHECK(outcome(verifier, input + "." + encode_base64url(std::string(static_cast<std::size_t>(bytes), '\0'))) ==
          "signature");
  }
  CHECK(outcome(verifier, fixtures::kDerSigned) == "signature");
}

TEST_CASE("a key that comes inside the token is not used") {
  CHECK(outcome(fixture_keys(), fixtures::kEmbeddedKey) == "signature");
  CHECK(outcome(secret_keys(), fixtures::kEmbeddedKey) == "algorithm");
}

TEST_CASE("an unknown kid is told apart, so that newer keys can be fetched") {
  CHECK(outcome(fixture_keys(), sign(R"({"alg":"HS256","kid":"rotated"})", "{}")) == "unknown_key");
  CHECK(outcome(fixture_keys(), sign(R"({"alg":"HS256","kid":"secret' OR '1'='1"})", "{}")) == "unknown_key");
  CHECK(outcome(fixture_keys(), sign(R"({"alg":"HS256","kid":"/dev/null"})", "{}", std::string(32, '\0'))) ==
        "unknown_key");
  CHECK(outcome(fixture_keys(), sign(R"({"alg":"HS256","kid":"secret"})", "{}")) == "accepted");
  CHECK(outcome(Keyring{}, sign("{}")) == "unknown_key");
  // A secret file's key has no kid; its issuer may write one all the same.
  CHECK(outcome(secret_keys(), sign(R"({"alg":"HS256","kid":"2026-11"})", "{}")) == "accepted");
}

TEST_CASE("a token that other keys might verify says which it wants") {
  const auto wanted = [](Keyring keys, std::string_view token) {
    Verifier verifier({}, std::move(keys));
    return verifier.verify(token, kNow).error().wanted_key;
  };
  const std::string other(32, 'o');
  CHECK(wanted(fixture_keys(), sign(R"({"alg":"HS256","kid":"rotated"})", "{}")) == "rotated");
  CHECK(wanted(Keyring{}, sign(R"({"alg":"HS256","kid":"first"})", "{}")) == "first");
  CHECK(wanted(Keyring{}, sign("{}")) == "");
  CHECK(wanted(secret_keys(), sign(R"({"alg":"HS256"})", "{}", other)) == "");
  CHECK(wanted(secret_keys(), fixtures::kEmbeddedKey) == "");
  // A key has its name, so no other is meant; and no key at all makes these good.
  CHECK_FALSE(wanted(fixture_keys(), sign(R"({"alg":"HS256","kid":"secret"})", "{}", other)));
  CHECK_FALSE(wanted(secret_keys(), encode_base64url(R"({"alg":"none"})") + "." + encode_base64url("{}") + "."));
  CHECK_FALSE(wanted(secret_keys(), sign(R"({"exp":1})")));
  CHECK_FALSE(wanted(secret_keys(), "rubbish"));
}

TEST_CASE("HS512 with a secret shorter than its hash is refused") {
  const std::string key(40, 's');
  const std::string input = encode_base64url(R"({"alg":"HS512"})") + "." + encode_base64url("{}");
  const std::string token = input + "." + encode_base64url(hmac(EVP_sha512(), key, input));
  CHECK(outcome(keys_of_secret(key), token) == "algorithm");
}

TEST_CASE("a token's size is bounded") {
  const auto of_size = [](std::size_t padding) { return sign("{\"a\":\"" + std::string(padding, 'x') + "\"}"); };
  CHECK(of_size(6000).size() <= kMaxTokenBytes);
  CHECK(outcome(secret_keys(), of_size(6000)) == "accepted");
  CHECK(of_size(6200).size() > kMaxTokenBytes);
  CHECK(outcome(secret_keys(), of_size(6200)) == "malformed");
  CHECK(outcome(secret_keys(), std::string(kMaxTokenBytes + 1, '.')) == "malformed");
}

TEST_CASE("a description says nothing out of the token") {
  Verifier verifier(strict(), fixture_keys());
  for (const std::string& token : {sign(R"({"alg":"hush"})", "{}"), sign(R"({"alg":"HS256","kid":"hush"})", "{}"),
                                   sign(R"({"iss":"hush"})"), sign(R"({"iss":"https://id.example","aud":"hush"})"),
                                   sign(R"({"iss":"https://id.example","aud":"freshet","sub":["hush"]})"),
                                   sign(R"({"hush":1,"hush":1})"), std::string("hush")}) {
    const auto identity = verifier.verify(token, kNow);
    REQUIRE_FALSE(identity);
    CHECK_FALSE(identity.error().description.empty());
    CHECK(identity.error().description.find("hush") == std::string::npos);
  }
}

TEST_CASE("a verified token is remembered until its time is over") {
  Verifier verifier({}, secret_keys());
  const auto token = sign("{\"sub\":\"1\",\"exp\":" + std::to_string(kNow + 10) + "}");
  CHECK(outcome(verifier, token) == "accepted");
  CHECK(verifier.cached() == 1);
  CHECK(outcome(verifier, token, kNow + 14) == "accepted");
  CHECK(verifier.cached() == 1);
  CHECK(outcome(verifier, token, kNow + 15) == "expired");
  CHECK(verifier.cached() == 0);
}

TEST_CASE("a remembered token is not valid before its time after the clock was set back") {
  Verifier verifier({}, secret_keys());
  const auto token = sign("{\"nbf\":" + std::to_string(kNow) + "}");
  CHECK(outcome(verifier, token) == "accepted");
  CHECK(outcome(verifier, token, kNow - 6) == "not_yet");
}

TEST_CASE("refused tokens are not remembered") {
  Verifier verifier(strict(), fixture_keys());
  for (const std::string& token : {sign("{}"), std::string("x"), std::string(fixtures::kEmbeddedKey)}) {
    CHECK(outcome(verifier, token) != "accepted");
  }
  CHECK(verifier.cached() == 0);
}

TEST_CASE("other keys and other demands apply to remembered tokens too") {
  Verifier verifier({}, secret_keys());
  const auto token = sign(R"({"iss":"a"})");
  REQUIRE(outcome(verifier, token) == "accepted");
  verifier.set_keys(keys_of_secret(std::string(32, 'o')));
  CHECK(outcome(verifier, token) == "signature");

  verifier.set_keys(secret_keys());
  REQUIRE(outcome(verifier, token) == "accepted");
  verifier.set_options({.issuer = "b"});
  CHECK(outcome(verifier, token) == "issuer");
}

TEST_CASE("remembered tokens are bounded in number, and none may be remembered at all") {
  Verifier two({.cache_entries = 2}, secret_keys());
  for (const std::string_view payload : {R"({"sub":"1"})", R"({"sub":"2"})", R"({"sub":"3"})"}) {
    CHECK(outcome(two, sign(payload)) == "accepted");
  }
  CHECK(two.cached() == 2);
  Verifier none({.cache_entries = 0}, secret_keys());
  CHECK(outcome(none, sign("{}")) == "accepted");
  CHECK(none.cached() == 0);
}
