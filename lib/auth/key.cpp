#include "auth/key.h"

#include <array>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "auth/openssl_handle.h"

namespace freshet::auth {
namespace {

const EVP_MD* hash_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kHs256:
    case Algorithm::kRs256:
    case Algorithm::kPs256:
    case Algorithm::kEs256:
      return EVP_sha256();
    case Algorithm::kHs384:
    case Algorithm::kRs384:
    case Algorithm::kPs384:
    case Algorithm::kEs384:
      return EVP_sha384();
    case Algorithm::kHs512:
    case Algorithm::kRs512:
    case Algorithm::kPs512:
    case Algorithm::kEs512:
      return EVP_sha512();
    case Algorithm::kEdDsa:
      break;  // it hashes by itself
  }
  return nullptr;
}

bool is_pss(Algorithm algorithm) {
  return algorithm == Algorithm::kPs256 || algorithm == Algorithm::kPs384 || algorithm == Algorithm::kPs512;
}

bool verify_mac(EVP_PKEY* key, const EVP_MD* hash, std::string_view message, std::string_view mac) {
  const DigestContext context(EVP_MD_CTX_new());
  std::array<unsigned char, EVP_MAX_MD_SIZE> expected{};
  std::size_t size = expected.size();
  if (EVP_DigestSignInit(context.get(), nullptr, hash, nullptr, key) != 1) return false;
  if (EVP_DigestSign(context.get(), expected.data(), &size, bytes_of(message), message.size()) != 1) return false;
  return mac.size() == size && CRYPTO_memcmp(mac.data(), expected.data(), size) == 0;
}

bool verify_signature(EVP_PKEY* key, Algorithm algorithm, std::string_view message, std::string_view signature) {
  const DigestContext context(EVP_MD_CTX_new());
  const EVP_MD* hash = hash_of(algorithm);
  EVP_PKEY_CTX* settings = nullptr;  // belongs to `context`
  if (EVP_DigestVerifyInit(context.get(), &settings, hash, nullptr, key) != 1) return false;
  if (is_pss(algorithm) && (EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) != 1 ||
                            EVP_PKEY_CTX_set_rsa_mgf1_md(settings, hash) != 1 ||
                            EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) != 1)) {
    return false;
  }
  return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()) == 1;
}

/// The DER form, which OpenSSL takes, of a JWS's two numbers of equal width; empty when the width is not the curve's.
std::string ecdsa_der(std::string_view signature, std::size_t width) {
  if (signature.size() != 2 * width) return {};
  const auto number = [](std::string_view bytes) {
    return BN_bin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), nullptr);
  };
  BignumHandle r(number(signature.substr(0, width)));
  BignumHandle s(number(signature.substr(width)));
  const EcdsaSignature pair(ECDSA_SIG_new());
  if (!r || !s || !pair || ECDSA_SIG_set0(pair.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());  // the pair's from here on
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return {};
  std::string out(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return out;
}

/// The bytes of each of the two numbers of a signature.
std::size_t coordinate_bytes(Key::Kind kind) {
  switch (kind) {
    case Key::Kind::kEcP256:
      return 32;
    case Key::Kind::kEcP384:
      return 48;
    case Key::Kind::kEcP521:
      return 66;
    default:
      return 0;
  }
}

base::Result<void> check_rsa(EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < kMinRsaBits || bits > kMaxRsaBits) {
    return base::fail("an RSA key of " + std::to_string(bits) + " bits: " + std::to_string(kMinRsaBits) + " to " +
                      std::to_string(kMaxRsaBits) + " are accepted");
  }
  BIGNUM* raw = nullptr;
  const bool found = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &raw) == 1;
  const BignumHandle exponent(raw);
  if (!found || BN_is_odd(exponent.get()) == 0 || BN_is_one(exponent.get()) == 1 || BN_num_bits(exponent.get()) > 64) {
    return base::fail("an RSA key whose exponent is not odd, over 1 and at most 64 bits long");
  }
  return {};
}

base::Result<Key::Kind> kind_of(EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "RSA") == 1) {
    const auto sound = check_rsa(key);
    if (!sound) return tl::unexpected(sound.error());
    return Key::Kind::kRsa;
  }
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return Key::Kind::kEd25519;
  if (EVP_PKEY_is_a(key, "EC") == 1) {
    std::array<char, 64> group{};
    EVP_PKEY_get_group_name(key, group.data(), group.size(), nullptr);
    const std::string_view name(group.data());
    if (name == "prime256v1") return Key::Kind::kEcP256;
    if (name == "secp384r1") return Key::Kind::kEcP384;
    if (name == "secp521r1") return Key::Kind::kEcP521;
    return base::fail("an elliptic curve other than P-256, P-384 and P-521");
  }
  return base::fail("a key of a type other than RSA, EC and Ed25519");
}

bool kind_fits(Key::Kind kind, std::size_t secret_bytes, Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kHs256:
    case Algorithm::kHs384:
    case Algorithm::kHs512:
      return kind == Key::Kind::kSecret &&
             secret_bytes >= static_cast<std::size_t>(EVP_MD_get_size(hash_of(algorithm)));
    case Algorithm::kRs256:
    case Algorithm::kRs384:
    case Algorithm::kRs512:
    case Algorithm::kPs256:
    case Algorithm::kPs384:
    case Algorithm::kPs512:
      return kind == Key::Kind::kRsa;
    case Algorithm::kEs256:
      return kind == Key::Kind::kEcP256;
    case Algorithm::kEs384:
      return kind == Key::Kind::kEcP384;
    case Algorithm::kEs512:
      return kind == Key::Kind::kEcP521;
    case Algorithm::kEdDsa:
      return kind == Key::Kind::kEd25519;
  }
  return false;
}

}  // namespace

void Key::Deleter::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Key::Key(Kind kind, std::size_t secret_bytes, Handle handle)
    : kind_(kind), secret_bytes_(secret_bytes), handle_(std::move(handle)) {}

Key::Key(const Key& other)
    : kind_(other.kind_), secret_bytes_(other.secret_bytes_), only_(other.only_), id_(other.id_) {
  if (EVP_PKEY_up_ref(other.handle_.get()) == 1) handle_.reset(other.handle_.get());
}

Key& Key::operator=(const Key& other) {
  if (this != &other) *this = Key(other);
  return *this;
}

base::Result<Key> Key::from_secret(std::string_view bytes) {
  if (bytes.size() < kMinSecretBytes) {
    return base::fail("a secret of " + std::to_string(bytes.size()) + " bytes: at least " +
                      std::to_string(kMinSecretBytes) + " are needed (openssl rand -hex 32)");
  }
  if (bytes.find("-----BEGIN ") != std::string_view::npos) {
    return base::fail("a PEM file is no shared secret; if it holds a public key, it belongs into public_key_file");
  }
  Handle handle(EVP_PKEY_new_raw_private_key(EVP_PKEY_HMAC, nullptr, bytes_of(bytes), bytes.size()));
  if (!handle) return base::fail("the crypto library refused a secret");
  return Key(Kind::kSecret, bytes.size(), std::move(handle));
}

base::Result<Key> Key::from_public(Handle handle) {
  const auto kind = kind_of(handle.get());
  if (!kind) return tl::unexpected(kind.error());
  const KeyContext context(EVP_PKEY_CTX_new(handle.get(), nullptr));
  const bool sound = EVP_PKEY_public_check(context.get()) == 1;
  ERR_clear_error();
  if (!sound) return base::fail("numbers that make no valid public key");
  return Key(*kind, 0, std::move(handle));
}

base::Result<void> Key::restrict_to(Algorithm algorithm) {
  if (!kind_fits(kind_, secret_bytes_, algorithm)) {
    return base::fail(std::string(to_string(algorithm)) + " does not go with " + std::string(to_string(kind_)));
  }
  only_ = algorithm;
  return {};
}

bool Key::fits(Algorithm algorithm) const {
  return kind_fits(kind_, secret_bytes_, algorithm) && (!only_ || *only_ == algorithm);
}

bool Key::verify(Algorithm algorithm, std::string_view message, std::string_view signature) const {
  if (!fits(algorithm)) return false;
  bool good = false;
  if (kind_ == Kind::kSecret) {
    good = verify_mac(handle_.get(), hash_of(algorithm), message, signature);
  } else if (const auto width = coordinate_bytes(kind_); width != 0) {
    const auto der = ecdsa_der(signature, width);
    good = !der.empty() && verify_signature(handle_.get(), algorithm, message, der);
  } else {
    const auto size = static_cast<std::size_t>(EVP_PKEY_get_size(handle_.get()));
    good = signature.size() == size && verify_signature(handle_.get(), algorithm, message, signature);
  }
  ERR_clear_error();
  return good;
}

std::string_view to_string(Key::Kind kind) {
  switch (kind) {
    case Key::Kind::kSecret:
      return "a shared secret of its length";
    case Key::Kind::kRsa:
      return "an RSA key";
    case Key::Kind::kEcP256:
      return "a P-256 key";
    case Key::Kind::kEcP384:
      return "a P-384 key";
    case Key::Kind::kEcP521:
      return "a P-521 key";
    case Key::Kind::kEd25519:
      return "an Ed25519 key";
  }
  return "";
}

}  // namespace freshet::auth
