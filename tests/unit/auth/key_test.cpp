#include "auth/key.h"

#include <catch2/catch.hpp>
#include <openssl/evp.h>
#include <vector>

#include "auth/base64url.h"
#include "auth/json_text.h"
#include "auth/jwk.h"
#include "auth/jws.h"
#include "auth/pem.h"
#include "auth/verifier.h"
#include "unit/auth/sign.h"

using freshet::auth::Algorithm;
using freshet::auth::Key;
using freshet::auth::parse_algorithm;
using freshet::auth::parse_jws;
using freshet::auth::read_jwk;
using freshet::auth::read_pem;
using freshet::auth::Verifier;
using freshet::auth::test::fixture_keys;
using freshet::auth::test::hmac;
using freshet::auth::test::secret;
namespace fixtures = freshet::fixtures;

namespace {

/// rsa, p256, p384, p521, ed25519, secret.
std::vector<Key> all_keys() {
  std::vector<Key> keys;
  const auto set = freshet::auth::parse_json_object(fixtures::kJwks);
  for (const auto& jwk : set->at("keys")) keys.push_back(std::move(*read_jwk(jwk)));
  return keys;
}

const Key& key_of(const std::vector<Key>& keys, std::string_view id) {
  for (const auto& key : keys) {
    if (key.id() == id) return key;
  }
  FAIL("no key " << id);
  return keys.front();
}

std::string_view token_of(std::string_view algorithm) {
  for (const auto& entry : fixtures::kSigned) {
    if (entry.algorithm == algorithm) return entry.bare;
  }
  FAIL("no token for " << algorithm);
  return {};
}

}  // namespace

TEST_CASE("each key checks the algorithms of its own type and no other") {
  const auto keys = all_keys();
  REQUIRE(keys.size() == 6);
  for (const auto& signed_by : fixtures::kSigned) {
    const auto jws = parse_jws(signed_by.token);
    REQUIRE(jws);
    for (const auto& key : keys) {
      INFO(signed_by.algorithm << " with " << key.id());
      const bool right = key.id() == signed_by.kid;
      CHECK(key.fits(jws->algorithm) == right);
      CHECK(key.verify(jws->algorithm, jws->signing_input, jws->signature) == right);
    }
  }
}

TEST_CASE("a signature checks only under the algorithm it was made with") {
  const auto keys = all_keys();
  for (const auto& signed_by : fixtures::kSigned) {
    const auto jws = parse_jws(signed_by.token);
    for (const auto& other : fixtures::kSigned) {
      INFO(signed_by.algorithm << " as " << other.algorithm);
      const bool same = signed_by.algorithm == other.algorithm;
      CHECK(key_of(keys, signed_by.kid).verify(*parse_algorithm(other.algorithm), jws->signing_input, jws->signature) ==
            same);
    }
  }
}

TEST_CASE("a secret must be long, and for HS384 and HS512 as long as the hash") {
  CHECK_FALSE(Key::from_secret(""));
  CHECK_FALSE(Key::from_secret(std::string(31, 's')));
  const auto fits = [](std::size_t size, Algorithm algorithm) {
    return Key::from_secret(std::string(size, 's'))->fits(algorithm);
  };
  CHECK(fits(32, Algorithm::kHs256));
  CHECK_FALSE(fits(32, Algorithm::kHs384));
  CHECK_FALSE(fits(47, Algorithm::kHs384));
  CHECK(fits(48, Algorithm::kHs384));
  CHECK_FALSE(fits(63, Algorithm::kHs512));
  CHECK(fits(64, Algorithm::kHs512));
  CHECK(fits(1000, Algorithm::kHs256));
}

TEST_CASE("a public key is never a shared secret") {
  CHECK_FALSE(Key::from_secret(fixtures::kRsaPem));
  CHECK_FALSE(Key::from_secret("\n" + std::string(fixtures::kP256Pem)));
  auto keys = read_pem(fixtures::kRsaPem);
  REQUIRE(keys);
  const std::string input = "e30.e30";
  const std::string mac = hmac(EVP_sha256(), fixtures::kRsaPem, input);
  CHECK_FALSE(keys->front().verify(Algorithm::kHs256, input, mac));
  CHECK_FALSE(keys->front().verify(Algorithm::kRs256, input, mac));
}

TEST_CASE("a shortened or lengthened MAC is refused") {
  const auto key = Key::from_secret(secret());
  const std::string mac = hmac(EVP_sha256(), secret(), "message");
  REQUIRE(key->verify(Algorithm::kHs256, "message", mac));
  CHECK_FALSE(key->verify(Algorithm::kHs256, "message", ""));
  CHECK_FALSE(key->verify(Algorithm::kHs256, "message", mac.substr(0, 16)));
  CHECK_FALSE(key->verify(Algorithm::kHs256, "message", mac + '\0'));
  CHECK_FALSE(key->verify(Algorithm::kHs512, "message", mac));
}

TEST_CASE("an ECDSA signature is two numbers of the curve's width and nothing else") {
  const auto keys = all_keys();
  const auto& p256 = key_of(keys, "p256");
  const auto jws = parse_jws(token_of("ES256"));
  REQUIRE(p256.verify(Algorithm::kEs256, jws->signing_input, jws->signature));
  const auto verify = [&](const std::string& signature) {
    return p256.verify(Algorithm::kEs256, jws->signing_input, signature);
  };
  CHECK_FALSE(verify(""));
  CHECK_FALSE(verify(std::string(64, '\0')));
  CHECK_FALSE(verify(jws->signature.substr(0, 32) + std::string(32, '\0')));
  CHECK_FALSE(verify(std::string(32, '\0') + jws->signature.substr(32)));
  CHECK_FALSE(verify(std::string(64, '\xff')));
  CHECK_FALSE(verify(jws->signature + '\0'));
  CHECK_FALSE(verify(jws->signature.substr(0, 63)));
  CHECK_FALSE(verify('\0' + jws->signature.substr(0, 32) + '\0' + jws->signature.substr(32)));
  CHECK_FALSE(verify(jws->signature.substr(32) + jws->signature.substr(0, 32)));

  // The order of the group in place of r and s, which is zero modulo itself.
  const auto order = freshet::auth::decode_base64url("_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE");
  REQUIRE(order);
  REQUIRE(order->size() == 32);
  CHECK_FALSE(verify(*order + *order));

  const auto der = parse_jws(fixtures::kDerSigned);
  REQUIRE(der);
  CHECK_FALSE(p256.verify(Algorithm::kEs256, der->signing_input, der->signature));
}

TEST_CASE("an RSA signature is as long as the modulus") {
  const auto keys = all_keys();
  for (const std::string_view name : {"RS256", "PS256"}) {
    const auto jws = parse_jws(token_of(name));
    const auto& rsa = key_of(keys, "rsa");
    REQUIRE(rsa.verify(jws->algorithm, jws->signing_input, jws->signature));
    CHECK_FALSE(rsa.verify(jws->algorithm, jws->signing_input, '\0' + jws->signature));
    CHECK_FALSE(rsa.verify(jws->algorithm, jws->signing_input, jws->signature.substr(1)));
    CHECK_FALSE(rsa.verify(jws->algorithm, jws->signing_input, ""));
    CHECK_FALSE(rsa.verify(jws->algorithm, jws->signing_input, std::string(256, '\0')));
    CHECK_FALSE(rsa.verify(jws->algorithm, jws->signing_input, std::string(256, '\xff')));
  }
}

TEST_CASE("a PSS signature has a salt as long as its hash, and all of its bytes") {
  Verifier verifier({}, fixture_keys());
  CHECK(verifier.verify(fixtures::kUnshortened, fixtures::kIssuedAt));
  CHECK_FALSE(verifier.verify(fixtures::kShortened, fixtures::kIssuedAt));
  CHECK_FALSE(verifier.verify(fixtures::kSaltless, fixtures::kIssuedAt));
}

TEST_CASE("a restricted key checks one algorithm, which must be one of its own") {
  auto keys = read_pem(fixtures::kRsaPem);
  REQUIRE(keys);
  auto& rsa = keys->front();
  CHECK(rsa.fits(Algorithm::kRs256));
  CHECK(rsa.fits(Algorithm::kPs512));
  CHECK_FALSE(rsa.restrict_to(Algorithm::kEs256));
  CHECK_FALSE(rsa.restrict_to(Algorithm::kHs256));
  REQUIRE(rsa.restrict_to(Algorithm::kPs256));
  CHECK(rsa.fits(Algorithm::kPs256));
  CHECK_FALSE(rsa.fits(Algorithm::kRs256));
  CHECK_FALSE(rsa.fits(Algorithm::kPs384));
}
