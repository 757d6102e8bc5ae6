#include <catch2/catch.hpp>

#include "auth/claims.h"
#include "auth/verifier.h"
#include "unit/auth/sign.h"

using freshet::auth::Identity;
using freshet::auth::kLastSecond;
using freshet::auth::kMaxGlobs;
using freshet::auth::to_string;
using freshet::auth::Verifier;
using freshet::auth::test::secret_keys;
using freshet::auth::test::sign;

namespace {

constexpr std::int64_t kNow = 1'800'000'000;

std::string outcome(std::string_view payload, Verifier::Options options = {}, std::int64_t now_s = kNow) {
  Verifier verifier(std::move(options), secret_keys());
  const auto identity = verifier.verify(sign(payload), now_s);
  return std::string(identity ? "accepted" : to_string(identity.error().reason));
}

Identity identity_of(std::string_view payload) {
  Verifier verifier({}, secret_keys());
  auto identity = verifier.verify(sign(payload), kNow);
  REQUIRE(identity);
  return *identity;
}

std::string claim(std::string_view name, std::int64_t seconds) {
  return "{\"" + std::string(name) + "\":" + std::to_string(seconds) + "}";
}

std::string claim(std::string_view name, std::string_view json) {
  return "{\"" + std::string(name) + "\":" + std::string(json) + "}";
}

}  // namespace

TEST_CASE("a token ends at exp plus the leeway") {
  CHECK(outcome(claim("exp", kNow + 1)) == "accepted");
  CHECK(outcome(claim("exp", kNow)) == "accepted");
  CHECK(outcome(claim("exp", kNow - 4)) == "accepted");
  CHECK(outcome(claim("exp", kNow - 5)) == "expired");
  const Verifier::Options exact{.leeway = std::chrono::seconds{0}};
  CHECK(outcome(claim("exp", kNow + 1), exact) == "accepted");
  CHECK(outcome(claim("exp", kNow), exact) == "expired");
}

TEST_CASE("a token begins at nbf and at iat, less the leeway") {
  for (const std::string_view name : {"nbf", "iat"}) {
    CHECK(outcome(claim(name, kNow)) == "accepted");
    CHECK(outcome(claim(name, kNow + 5)) == "accepted");
    CHECK(outcome(claim(name, kNow + 6)) == "not_yet");
  }
}

TEST_CASE("a token without times holds for good") {
  CHECK(outcome("{}", {}, kLastSecond) == "accepted");
  CHECK_FALSE(identity_of("{}").expires_at);
  CHECK_FALSE(identity_of("{}").issued_at);
}

TEST_CASE("a time may have a fraction, which never lengthens a token's life") {
  const auto identity = identity_of(R"({"exp":1800000010.9,"iat":1799999999.9})");
  CHECK(identity.expires_at == 1'800'000'010);
  CHECK(identity.issued_at == 1'799'999'999);
  const Verifier::Options exact{.leeway = std::chrono::seconds{0}};
  CHECK(outcome(R"({"nbf":1800000000.5})", exact) == "not_yet");
  CHECK(outcome(R"({"exp":1.8000001e9})") == "accepted");
}

TEST_CASE("what is no time in Unix seconds is refused") {
  for (const std::string_view name : {"exp", "nbf", "iat"}) {
    for (const std::string_view value :
         {"\"1800000100\"", "-1", "-1.5", "null", "true", "[]", "{}", "1800000000000", "253402300800", "1e300",
          "9223372036854775807", "18446744073709551615", "18446744073709551616", "99999999999999999999999999"}) {
      INFO(name << " " << value);
      CHECK(outcome(claim(name, value)) == "claims");
    }
    CHECK(outcome(claim(name, "1e999")) == "malformed");
  }
  CHECK(outcome(claim("exp", kLastSecond)) == "accepted");
}

TEST_CASE("iss must be the very issuer") {
  const Verifier::Options options{.issuer = "https://id.example"};
  CHECK(outcome(R"({"iss":"https://id.example"})", options) == "accepted");
  CHECK(outcome(R"({"iss":"https://id.example/"})", options) == "issuer");
  CHECK(outcome(R"({"iss":"HTTPS://id.example"})", options) == "issuer");
  CHECK(outcome(R"({"iss":"https://id.example\u0000"})", options) == "issuer");
  CHECK(outcome("{}", options) == "issuer");
  CHECK(outcome(R"({"iss":["https://id.example"]})", options) == "claims");
  CHECK(outcome(R"({"iss":"anyone"})") == "accepted");
  CHECK(outcome(R"({"iss":7})") == "claims");
}

TEST_CASE("aud must be or contain the audience") {
  const Verifier::Options options{.audience = "freshet"};
  CHECK(outcome(R"({"aud":"freshet"})", options) == "accepted");
  CHECK(outcome(R"({"aud":["other","freshet"]})", options) == "accepted");
  CHECK(outcome(R"({"aud":["other"]})", options) == "audience");
  CHECK(outcome(R"({"aud":[]})", options) == "audience");
  CHECK(outcome(R"({"aud":"freshet other"})", options) == "audience");
  CHECK(outcome(R"({"aud":"Freshet"})", options) == "audience");
  CHECK(outcome("{}", options) == "audience");
  CHECK(outcome(R"({"aud":["freshet",7]})", options) == "claims");
  CHECK(outcome(R"({"aud":{"freshet":1}})", options) == "claims");
  CHECK(outcome(R"({"aud":null})", options) == "claims");
  CHECK(outcome(R"({"aud":"anyone"})") == "accepted");
}

TEST_CASE("a token counts as expired only when nothing else is wrong with it") {
  const Verifier::Options options{.issuer = "a", .audience = "b"};
  CHECK(outcome(R"({"iss":"a","aud":"b","exp":1})", options) == "expired");
  CHECK(outcome(R"({"iss":"x","aud":"b","exp":1})", options) == "issuer");
  CHECK(outcome(R"({"iss":"a","aud":"x","exp":1})", options) == "audience");
  CHECK(outcome(R"({"iss":"a","aud":"b","exp":1,"nbf":1900000000})", options) == "not_yet");
  CHECK(outcome(R"({"iss":"a","aud":"b","exp":1,"sub":7})", options) == "claims");
  CHECK(outcome(R"({"iss":"a","aud":"b","exp":1,"exp":2})", options) == "malformed");

  Verifier verifier(options, secret_keys());
  const auto forged = verifier.verify(sign(R"({"alg":"HS256"})", R"({"iss":"a","aud":"b","exp":1})", "wrong"), kNow);
  REQUIRE_FALSE(forged);
  CHECK(to_string(forged.error().reason) == "signature");
}

TEST_CASE("sub is a string of bounded length without control characters") {
  CHECK(identity_of(R"({"sub":"42"})").subject == "42");
  CHECK(identity_of(R"({"sub":"jörg@example.org"})").subject == "jörg@example.org");
  CHECK(identity_of("{}").subject.empty());
  CHECK(outcome(R"({"sub":""})") == "claims");
  CHECK(outcome(R"({"sub":42})") == "claims");
  CHECK(outcome(R"({"sub":null})") == "claims");
  CHECK(outcome(R"({"sub":"a\u0000"})") == "claims");
  CHECK(outcome(R"({"sub":"a\r\nb"})") == "claims");
  CHECK(outcome("{\"sub\":\"" + std::string(200, 's') + "\"}") == "accepted");
  CHECK(outcome("{\"sub\":\"" + std::string(201, 's') + "\"}") == "claims");
  CHECK(outcome(R"({"sub":"1","sub":"2"})") == "malformed");
}

TEST_CASE("channels is a list of globs") {
  CHECK(identity_of(R"({"channels":["news","project:7:*"]})").channels ==
        std::vector<std::string>{"news", "project:7:*"});
  CHECK(identity_of(R"({"channels":[]})").channels.empty());
  for (const std::string_view value : {"\"news\"", "{}", "null", "[7]", "[\"a\",null]", "[\"\"]", "[[\"a\"]]"}) {
    INFO(value);
    CHECK(outcome(claim("channels", value)) == "claims");
  }
  CHECK(outcome("{\"channels\":[\"" + std::string(200, 'c') + "\"]}") == "accepted");
  CHECK(outcome("{\"channels\":[\"" + std::string(201, 'c') + "\"]}") == "claims");
}

TEST_CASE("the number of globs is bounded") {
  const auto list = [](std::size_t count) {
    std::string globs = "\"c\"";
    for (std::size_t i = 1; i < count; ++i) globs += ",\"c\"";
    return "{\"channels\":[" + globs + "]}";
  };
  CHECK(outcome(list(kMaxGlobs)) == "accepted");
  CHECK(outcome(list(kMaxGlobs + 1)) == "claims");
}

TEST_CASE("the object freshet takes the place of channels") {
  const auto both = identity_of(R"({"freshet":{"subscribe":["a"],"publish":["b","c*"],"x":1},"channels":["z"]})");
  CHECK(both.channels == std::vector<std::string>{"a"});
  CHECK(both.publish == std::vector<std::string>{"b", "c*"});
  CHECK(identity_of(R"({"freshet":{},"channels":["z"]})").channels.empty());
  CHECK(identity_of(R"({"freshet":{"subscribe":["a"]},"channels":"someone else's"})").channels.size() == 1);
  CHECK(identity_of(R"({"channels":["z"],"publish":["z"]})").publish.empty());
  CHECK(outcome(R"({"freshet":["a"]})") == "claims");
  CHECK(outcome(R"({"freshet":null})") == "claims");
  CHECK(outcome(R"({"freshet":{"subscribe":"a"}})") == "claims");
  CHECK(outcome(R"({"freshet":{"publish":[1]}})") == "claims");
}

TEST_CASE("a payload that is no strict JSON object is refused") {
  for (const std::string_view payload : {"", "[]", "7", "{}x", "{", "\"sub\"", "null"}) {
    INFO(payload);
    CHECK(outcome(payload) == "malformed");
  }
  CHECK(outcome("{\"a\":" + std::string(2000, '[') + std::string(2000, ']') + "}") == "malformed");
}
