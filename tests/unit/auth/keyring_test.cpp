#include "auth/keyring.h"

#include <catch2/catch.hpp>
#include <memory>

#include "unit/auth/sign.h"

using freshet::auth::Algorithm;
using freshet::auth::Keyring;
using freshet::auth::kMaxKeys;
using freshet::auth::test::fixture_keys;
using freshet::auth::test::hmac;
using freshet::auth::test::secret;
namespace fixtures = freshet::fixtures;

TEST_CASE("one newline at the end of a secret file is not part of the secret") {
  const std::string bytes(32, 's');
  for (const std::string_view end : {"", "\n", "\r\n"}) {
    Keyring keys;
    REQUIRE(keys.add_secret(bytes + std::string(end)));
    CHECK(keys.candidates({}, Algorithm::kHs256).keys.size() == 1);
    // One byte more or less would change what lengths of hash it is good for.
    CHECK(keys.candidates({}, Algorithm::kHs384).keys.empty());
  }
  Keyring keys;
  CHECK_FALSE(keys.add_secret(std::string(31, 's') + "\n"));
  CHECK(keys.empty());
  CHECK(keys.add_secret(std::string(47, 's') + "\n\n"));
  CHECK(keys.candidates({}, Algorithm::kHs384).keys.size() == 1);
}

TEST_CASE("a PEM file may hold several keys of both forms") {
  Keyring keys;
  REQUIRE(keys.add_pem("my keys\n" + std::string(fixtures::kRsaPem) + "\n" + std::string(fixtures::kP256Pem) +
                       std::string(fixtures::kPkcs1Pem) + std::string(fixtures::kEd25519Pem)));
  CHECK(keys.size() == 4);
  CHECK(keys.candidates({}, Algorithm::kRs256).keys.size() == 2);
  CHECK(keys.candidates({}, Algorithm::kPs512).keys.size() == 2);
  CHECK(keys.candidates({}, Algorithm::kEs256).keys.size() == 1);
  CHECK(keys.candidates({}, Algorithm::kEdDsa).keys.size() == 1);
  CHECK(keys.candidates({}, Algorithm::kHs256).keys.empty());
}

TEST_CASE("a PEM file with anything else in it gives no key and says why") {
  const auto error_of = [](std::string_view text) {
    Keyring keys;
    const auto added = keys.add_pem(std::string(fixtures::kP256Pem) + std::string(text));
    CHECK(keys.empty());
    return added ? "accepted" : added.error().message;
  };
  const auto block = [](const std::string& label, const std::string& body) {
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  };
  CHECK(error_of(block("PRIVATE KEY", "AAAA")) ==
        "PEM block 2: a private key: only its public half is needed here (openssl pkey -pubout)");
  CHECK(error_of(block("EC PRIVATE KEY", "AAAA")).find("a private key") != std::string::npos);
  CHECK(error_of(block("ENCRYPTED PRIVATE KEY", "AAAA")).find("a private key") != std::string::npos);
  CHECK(error_of(block("CERTIFICATE", "AAAA")).find("a certificate") != std::string::npos);
  CHECK(error_of(block("SSH KEY", "AAAA")) == "PEM block 2: \"SSH KEY\" where PUBLIC KEY was expected");
  CHECK(error_of(block("PUBLIC KEY", "AAAA")) == "PEM block 2: not a public key inside");
  CHECK(error_of(block("PUBLIC KEY", "????")) == "PEM block 2: broken or cut short");
  CHECK(error_of("-----BEGIN PUBLIC KEY-----\nAAAA\n") == "PEM block 2: broken or cut short");
  CHECK(error_of(fixtures::kSmallRsaPem) == "PEM block 2: an RSA key of 1024 bits: 2048 to 8192 are accepted");
}

TEST_CASE("a file without a PEM block is an error") {
  Keyring keys;
  CHECK_FALSE(keys.add_pem(""));
  CHECK_FALSE(keys.add_pem("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIM test\n"));
}

TEST_CASE("a JWK set gives its keys") {
  Keyring keys;
  const auto skipped = keys.add_jwks(fixtures::kJwks);
  REQUIRE(skipped);
  CHECK(skipped->empty());
  CHECK(keys.size() == 6);
}

TEST_CASE("unusable entries of a JWK set are skipped, each with its reason, and harm no other") {
  Keyring keys;
  const auto skipped = keys.add_jwks(fixtures::kSkippedJwks);
  REQUIRE(skipped);
  CHECK(*skipped == std::vector<std::string>{
                        "key 1 (kid \"small\"): an RSA key of 1024 bits: 2048 to 8192 are accepted",
                        "key 2 (kid \"enc\"): \"use\" is not sig",
                        "key 3 (kid \"wrong-alg\"): ES256 does not go with an RSA key",
                        "key 4 (kid \"wrong-ops\"): \"key_ops\" does not hold verify",
                        "key 5 (kid \"secp256k1\"): an elliptic curve other than P-256, P-384 and P-521",
                        "key 6 (kid \"off-curve\"): numbers that make no valid public key",
                        "key 7 (kid \"x25519\"): a curve other than Ed25519",
                        "key 8 (kid \"short\"): a secret of 5 bytes: at least 32 are needed (openssl rand -hex 32)",
                    });
  REQUIRE(keys.size() == 1);
  CHECK(keys.candidates({"private-half"}, Algorithm::kEs256).keys.size() == 1);
}

TEST_CASE("a text that is no JWK set is an error, an empty set is not") {
  Keyring keys;
  CHECK_FALSE(keys.add_jwks(""));
  CHECK_FALSE(keys.add_jwks("<html>"));
  CHECK_FALSE(keys.add_jwks("[]"));
  CHECK_FALSE(keys.add_jwks("{}"));
  CHECK_FALSE(keys.add_jwks(R"({"keys":{}})"));
  CHECK_FALSE(keys.add_jwks(R"({"keys":[],"keys":[]})"));
  CHECK_FALSE(keys.add_jwks(R"({"keys":[)" + std::string(300'000, ' ') + "]}"));
  CHECK(keys.add_jwks(R"({"keys":[]})"));
  CHECK(keys.empty());
}

TEST_CASE("the number of keys is bounded") {
  std::string set = R"({"keys":[)";
  for (std::size_t i = 0; i < kMaxKeys + 2; ++i) {
    set += (i == 0 ? "" : ",") + std::string(R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr8"})");
  }
  Keyring keys;
  const auto skipped = keys.add_jwks(set + "]}");
  REQUIRE(skipped);
  CHECK(skipped->size() == 2);
  CHECK(keys.size() == kMaxKeys);
  CHECK_FALSE(keys.add_secret(secret()));
  CHECK_FALSE(keys.add_pem(fixtures::kP256Pem));
  CHECK(keys.candidates({}, Algorithm::kHs256).keys.size() == Keyring::kMaxTries);
}

TEST_CASE("a known kid selects its key alone, even if the algorithm then does not fit") {
  auto keys = fixture_keys();
  REQUIRE(keys.add_pem(fixtures::kRsaPem));
  const auto found = keys.candidates({"rsa"}, Algorithm::kRs256);
  CHECK(found.known);
  REQUIRE(found.keys.size() == 1);
  CHECK(found.keys.front()->id() == "rsa");
  CHECK(keys.candidates({"rsa"}, Algorithm::kHs256).keys.empty());
  CHECK(keys.candidates({"rsa"}, Algorithm::kHs256).known);
  CHECK(keys.candidates({}, Algorithm::kRs256).keys.size() == 2);
}

TEST_CASE("an unknown kid leaves the keys that have none") {
  auto keys = fixture_keys();
  CHECK(keys.candidates({"new"}, Algorithm::kRs256).keys.empty());
  CHECK_FALSE(keys.candidates({"new"}, Algorithm::kRs256).known);
  REQUIRE(keys.add_pem(fixtures::kRsaPem));
  const auto found = keys.candidates({"new"}, Algorithm::kRs256);
  REQUIRE(found.keys.size() == 1);
  CHECK(found.keys.front()->id().empty());
  CHECK_FALSE(found.known);
}

TEST_CASE("a copied ring verifies as the first one did, also when that is gone, and grows alone") {
  auto keys = std::make_unique<Keyring>(fixture_keys());
  const auto size = keys->size();
  Keyring copy = *keys;
  REQUIRE(copy.add_secret(std::string(32, 'o')));
  CHECK(keys->size() == size);
  keys.reset();
  const auto found = copy.candidates("secret", Algorithm::kHs256);
  REQUIRE(found.keys.size() == 1);
  CHECK(found.keys.front()->verify(Algorithm::kHs256, "message", hmac(EVP_sha256(), secret(), "message")));
}

TEST_CASE("an empty ring knows no kid and no key") {
  const Keyring keys;
  CHECK_FALSE(keys.candidates({}, Algorithm::kRs256).known);
  CHECK_FALSE(keys.candidates({"a"}, Algorithm::kRs256).known);
}
