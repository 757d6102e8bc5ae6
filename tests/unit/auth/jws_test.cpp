#include "auth/jws.h"

#include <catch2/catch.hpp>

#include "auth/json_text.h"
#include "auth/jwk.h"
#include "unit/auth/rfc_vectors.h"
#include "unit/auth/sign.h"

using freshet::auth::Algorithm;
using freshet::auth::parse_algorithm;
using freshet::auth::parse_json_object;
using freshet::auth::parse_jws;
using freshet::auth::read_jwk;
using freshet::auth::Rejection;
using freshet::auth::to_string;
using freshet::auth::test::encode_base64url;
using freshet::auth::test::kRfcVectors;
using freshet::auth::test::RfcVector;
using freshet::auth::test::sign;

namespace {

using Reason = Rejection::Reason;

std::string reason_of(std::string_view token) {
  const auto jws = parse_jws(token);
  return std::string(jws ? "accepted" : to_string(jws.error().reason));
}

std::string reason_of_header(std::string_view header) { return reason_of(sign(header, "{}")); }

}  // namespace

TEST_CASE("the examples of the RFCs verify, and no longer after a change of any part") {
  for (const RfcVector& vector : kRfcVectors) {
    INFO(vector.source);
    const auto jwk = parse_json_object(vector.jwk);
    REQUIRE(jwk);
    const auto key = read_jwk(*jwk);
    REQUIRE(key);
    const auto jws = parse_jws(vector.token);
    REQUIRE(jws);
    CHECK(key->verify(jws->algorithm, jws->signing_input, jws->signature));

    std::string other_input(jws->signing_input);
    other_input.back() = other_input.back() == 'A' ? 'B' : 'A';
    CHECK_FALSE(key->verify(jws->algorithm, other_input, jws->signature));
    std::string other_signature = jws->signature;
    other_signature.front() = static_cast<char>(other_signature.front() ^ 1);
    CHECK_FALSE(key->verify(jws->algorithm, jws->signing_input, other_signature));
  }
}

TEST_CASE("a token is taken apart") {
  const std::string token = sign(R"({"alg":"HS256","kid":"a","typ":"JWT","x":[1]})", R"({"sub":"1"})");
  const auto jws = parse_jws(token);
  REQUIRE(jws);
  CHECK(jws->algorithm == Algorithm::kHs256);
  CHECK(jws->kid == "a");
  CHECK(jws->payload == R"({"sub":"1"})");
  CHECK(jws->signature.size() == 32);
  CHECK(token.starts_with(std::string(jws->signing_input) + "."));
}

TEST_CASE("alg none is refused in every spelling") {
  for (const std::string_view name : {"none", "None", "NONE", "nOnE", "NonE", "", " none", "HS256 ", "hs256", "RS1"}) {
    INFO(name);
    CHECK(reason_of_header("{\"alg\":\"" + std::string(name) + "\"}") == "algorithm");
  }
  CHECK(reason_of_header("{}") == "algorithm");
  CHECK(reason_of_header(R"({"alg":null})") == "algorithm");
  CHECK(reason_of_header(R"({"alg":["HS256"]})") == "algorithm");
  CHECK(reason_of_header(R"({"ALG":"HS256"})") == "algorithm");
  CHECK(reason_of(encode_base64url(R"({"alg":"none"})") + "." + encode_base64url("{}") + ".") == "algorithm");
}

TEST_CASE("every accepted algorithm has its name") {
  for (const auto& [algorithm, kid, token, bare] : freshet::fixtures::kSigned) {
    REQUIRE(parse_algorithm(algorithm));
    CHECK(to_string(*parse_algorithm(algorithm)) == algorithm);
  }
}

TEST_CASE("a header that demands an extension is refused") {
  CHECK(reason_of_header(R"({"alg":"HS256","crit":["exp"],"exp":1})") == "malformed");
  CHECK(reason_of_header(R"({"alg":"HS256","crit":["b64"],"b64":false})") == "malformed");
  CHECK(reason_of_header(R"({"alg":"HS256","crit":[]})") == "malformed");
  CHECK(reason_of_header(R"({"alg":"HS256","b64":false})") == "malformed");
}

TEST_CASE("a token made for another purpose is refused by its typ") {
  CHECK(reason_of_header(R"({"alg":"HS256","typ":"JWT"})") == "accepted");
  CHECK(reason_of_header(R"({"alg":"HS256","typ":"jwt"})") == "accepted");
  CHECK(reason_of_header(R"({"alg":"HS256","typ":"at+jwt"})") == "accepted");
  CHECK(reason_of_header(R"({"alg":"HS256","typ":"application/at+jwt"})") == "accepted");
  CHECK(reason_of_header(R"({"alg":"HS256","typ":"logout+jwt"})") == "malformed");
  CHECK(reason_of_header(R"({"alg":"HS256","typ":"dpop+jwt"})") == "malformed");
  CHECK(reason_of_header(R"({"alg":"HS256","typ":7})") == "malformed");
}

TEST_CASE("a header that two readers could understand differently is refused") {
  CHECK(reason_of_header(R"({"alg":"none","alg":"HS256"})") == "malformed");
  CHECK(reason_of_header(R"({"alg":"HS256","kid":"a","kid":"b"})") == "malformed");
  CHECK(reason_of_header(R"({"alg":"HS256"} )") == "accepted");
  CHECK(reason_of_header(R"({"alg":"HS256"}x)") == "malformed");
  CHECK(reason_of_header(R"(["HS256"])") == "malformed");
  CHECK(reason_of_header("{\"alg\":\"HS256\",\"a\":" + std::string(50, '[') + std::string(50, ']') + "}") ==
        "malformed");
}

TEST_CASE("a kid is a string of bounded length, whatever it holds") {
  CHECK(reason_of_header(R"({"alg":"HS256","kid":7})") == "malformed");
  CHECK(reason_of_header(R"({"alg":"HS256","kid":null})") == "malformed");
  CHECK(reason_of_header(R"({"alg":"HS256","kid":")" + std::string(257, 'k') + "\"}") == "malformed");
  CHECK(reason_of_header(R"({"alg":"HS256","kid":"../../dev/null' OR 1=1 --\u0000"})") == "accepted");
}

TEST_CASE("other forms than three parts of strict base64url are refused") {
  const std::string good = sign("{}");
  REQUIRE(reason_of(good) == "accepted");
  const auto first = good.find('.');
  const auto last = good.rfind('.');
  CHECK(reason_of("") == "malformed");
  CHECK(reason_of(".") == "malformed");
  CHECK(reason_of("..") == "malformed");
  CHECK(reason_of("...") == "malformed");
  CHECK(reason_of(good.substr(0, last)) == "malformed");
  CHECK(reason_of(good + ".") == "malformed");
  CHECK(reason_of("." + good) == "malformed");
  CHECK(reason_of(good + ".e30") == "malformed");
  CHECK(reason_of(good + ".e30.e30") == "malformed");
  CHECK(reason_of(good + "=") == "malformed");
  CHECK(reason_of(good + "\n") == "malformed");
  CHECK(reason_of(" " + good) == "malformed");
  CHECK(reason_of(good.substr(0, first) + "=" + good.substr(first)) == "malformed");
  CHECK(reason_of(good.substr(0, last + 1) + "+" + good.substr(last + 2)) == "malformed");
  CHECK(reason_of(good.substr(0, last + 1) + " " + good.substr(last + 1)) == "malformed");
  CHECK(reason_of(R"({"payload":"e30","signature":"e30","protected":"e30"})") == "malformed");
}

TEST_CASE("a signature has one spelling: bits after its end are refused") {
  std::string token = sign("{}");
  // 32 bytes take 43 characters, of whose last one the two lowest bits must be zero.
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  token.back() = kAlphabet[kAlphabet.find(token.back()) + 1];
  CHECK(reason_of(token) == "malformed");
}
