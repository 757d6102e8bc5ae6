#include "auth/jwk.h"

#include <catch2/catch.hpp>
#include <string>

#include "auth/json_text.h"
#include "unit/auth/sign.h"

using freshet::auth::Algorithm;
using freshet::auth::Key;
using freshet::auth::read_jwk;
using nlohmann::json;
namespace fixtures = freshet::fixtures;

namespace {

json fixture(std::string_view kid) {
  const auto set = freshet::auth::parse_json_object(fixtures::kJwks);
  for (const auto& jwk : set->at("keys")) {
    if (jwk.at("kid") == kid) return jwk;
  }
  FAIL("no key " << kid);
  return {};
}

std::string error_of(const json& jwk) {
  const auto key = read_jwk(jwk);
  return key ? "accepted" : key.error().message;
}

json with(json jwk, const char* name, const json& value) {
  jwk[name] = value;
  return jwk;
}

}  // namespace

TEST_CASE("a JWK gives the key of its type with its kid") {
  CHECK(read_jwk(fixture("rsa"))->kind() == Key::Kind::kRsa);
  CHECK(read_jwk(fixture("p256"))->kind() == Key::Kind::kEcP256);
  CHECK(read_jwk(fixture("p384"))->kind() == Key::Kind::kEcP384);
  CHECK(read_jwk(fixture("p521"))->kind() == Key::Kind::kEcP521);
  CHECK(read_jwk(fixture("ed25519"))->kind() == Key::Kind::kEd25519);
  CHECK(read_jwk(fixture("secret"))->kind() == Key::Kind::kSecret);
  CHECK(read_jwk(fixture("rsa"))->id() == "rsa");
}

TEST_CASE("a JWK's alg narrows what it is for and must go with its type") {
  const auto key = read_jwk(with(fixture("rsa"), "alg", "RS384"));
  REQUIRE(key);
  CHECK(key->fits(Algorithm::kRs384));
  CHECK_FALSE(key->fits(Algorithm::kRs256));
  CHECK_FALSE(key->fits(Algorithm::kPs384));
  CHECK(error_of(with(fixture("rsa"), "alg", "HS256")) == "HS256 does not go with an RSA key");
  CHECK(error_of(with(fixture("p256"), "alg", "ES384")) == "ES384 does not go with a P-256 key");
  CHECK(error_of(with(fixture("rsa"), "alg", "RSA-OAEP")) != "accepted");
  CHECK(error_of(with(fixture("rsa"), "alg", "none")) != "accepted");
  CHECK(error_of(with(fixture("rsa"), "alg", 7)) != "accepted");
}

TEST_CASE("a JWK for another use is refused") {
  CHECK(error_of(with(fixture("rsa"), "use", "sig")) == "accepted");
  CHECK(error_of(with(fixture("rsa"), "use", "enc")) == "\"use\" is not sig");
  CHECK(error_of(with(fixture("rsa"), "key_ops", json::array({"sign", "verify"}))) == "accepted");
  CHECK(error_of(with(fixture("rsa"), "key_ops", json::array({"encrypt"}))) == "\"key_ops\" does not hold verify");
  CHECK(error_of(with(fixture("rsa"), "key_ops", 5)) == "\"key_ops\" does not hold verify");
}

TEST_CASE("a JWK that makes no sound key is refused") {
  CHECK(error_of(json::array()) == "not a JSON object");
  CHECK(error_of(json::object()) == "\"kty\" is missing");
  CHECK(error_of({{"kty", "RSA"}}) == "\"n\" is missing or no base64url");
  CHECK(error_of({{"kty", "dsa"}}) == "\"kty\" is none of RSA, EC, OKP and oct");
  CHECK(error_of(with(fixture("rsa"), "e", "AQ")) != "accepted");     // 1
  CHECK(error_of(with(fixture("rsa"), "e", "AQAA")) != "accepted");   // even
  CHECK(error_of(with(fixture("rsa"), "e", "AQAB=")) != "accepted");  // padded
  CHECK(error_of(with(fixture("rsa"), "n", "AQAB")) != "accepted");   // small
  CHECK(error_of(with(fixture("rsa"), "n", std::string(8192, '_'))) == "an RSA key with too large numbers");
  auto even = fixture("rsa");
  auto& modulus = even["n"].get_ref<std::string&>();
  modulus.replace(modulus.size() - 1, 1, "A");
  CHECK(error_of(even) == "numbers that make no valid public key");
  CHECK(error_of(with(fixture("p256"), "crv", "P-384")) == "coordinates of a wrong length");
  CHECK(error_of(with(fixture("p256"), "crv", "secp256k1")) != "accepted");
  CHECK(error_of(with(fixture("p256"), "x", fixture("p256")["y"])) == "numbers that make no valid public key");
  CHECK(error_of(with(fixture("ed25519"), "x", "AAAA")) == "not an Ed25519 key");
  CHECK(error_of(with(fixture("ed25519"), "crv", "X25519")) == "a curve other than Ed25519");
  CHECK(error_of(with(fixture("rsa"), "kid", 7)) != "accepted");
  CHECK(error_of(with(fixture("rsa"), "kid", std::string(257, 'k'))) != "accepted");
}
