#include "auth/jwk.h"

#include <algorithm>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <string>

#include "auth/base64url.h"
#include "auth/json_text.h"
#include "auth/openssl_handle.h"
#include "base/text.h"

namespace freshet::auth {
namespace {

using nlohmann::json;

base::Result<std::string> bytes_member(const json& jwk, const char* name) {
  const auto* text = string_member(jwk, name);
  auto bytes = text == nullptr ? std::nullopt : decode_base64url(*text);
  if (!bytes || bytes->empty()) return base::fail(std::string("\"") + name + "\" is missing or no base64url");
  return std::move(*bytes);
}

base::Result<Key> build(const char* type, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* raw = nullptr;
  const bool built = params && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                     EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, params.get()) == 1;
  Key::Handle handle(raw);
  ERR_clear_error();
  if (!built) return base::fail("numbers that make no valid public key");
  return Key::from_public(std::move(handle));
}

base::Result<Key> read_rsa(const json& jwk) {
  const auto n = bytes_member(jwk, "n");
  const auto e = bytes_member(jwk, "e");
  if (!n || !e) return tl::unexpected((n ? e : n).error());
  if (n->size() * 8 > static_cast<std::size_t>(kMaxRsaBits) + 8 || e->size() > 16) {
    return base::fail("an RSA key with too large numbers");
  }
  const BignumHandle modulus(BN_bin2bn(bytes_of(*n), static_cast<int>(n->size()), nullptr));
  const BignumHandle exponent(BN_bin2bn(bytes_of(*e), static_cast<int>(e->size()), nullptr));
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  return build("RSA", builder.get());
}

base::Result<Key> read_ec(const json& jwk) {
  struct Curve {
    std::string_view name;
    const char* group;
    std::size_t width;
  };
  static constexpr std::array kCurves{Curve{"P-256", "prime256v1", 32}, Curve{"P-384", "secp384r1", 48},
                                      Curve{"P-521", "secp521r1", 66}};
  const auto* name = string_member(jwk, "crv");
  const auto* curve =
      std::find_if(kCurves.begin(), kCurves.end(), [&](const Curve& c) { return name != nullptr && c.name == *name; });
  if (curve == kCurves.end()) return base::fail("an elliptic curve other than P-256, P-384 and P-521");
  const auto x = bytes_member(jwk, "x");
  const auto y = bytes_member(jwk, "y");
  if (!x || !y) return tl::unexpected((x ? y : x).error());
  if (x->size() != curve->width || y->size() != curve->width) return base::fail("coordinates of a wrong length");
  const std::string point = '\x04' + *x + *y;  // SEC 1: uncompressed
  const ParamBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
  return build("EC", builder.get());
}

base::Result<Key> read_okp(const json& jwk) {
  const auto* curve = string_member(jwk, "crv");
  if (curve == nullptr || *curve != "Ed25519") return base::fail("a curve other than Ed25519");
  const auto x = bytes_member(jwk, "x");
  if (!x) return tl::unexpected(x.error());
  Key::Handle handle(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(*x), x->size()));
  ERR_clear_error();
  if (!handle) return base::fail("not an Ed25519 key");
  return Key::from_public(std::move(handle));
}

base::Result<Key> read_material(const json& jwk) {
  const auto* type = string_member(jwk, "kty");
  if (type == nullptr) return base::fail("\"kty\" is missing");
  if (*type == "RSA") return read_rsa(jwk);
  if (*type == "EC") return read_ec(jwk);
  if (*type == "OKP") return read_okp(jwk);
  if (*type == "oct") return bytes_member(jwk, "k").and_then(Key::from_secret);
  return base::fail("\"kty\" is none of RSA, EC, OKP and oct");
}

base::Result<void> check_purpose(const json& jwk) {
  if (jwk.contains("use")) {
    const auto* use = string_member(jwk, "use");
    if (use == nullptr || *use != "sig") return base::fail("\"use\" is not sig");
  }
  if (const auto operations = jwk.find("key_ops"); operations != jwk.end()) {
    if (std::find(operations->begin(), operations->end(), json("verify")) == operations->end()) {
      return base::fail("\"key_ops\" does not hold verify");
    }
  }
  return {};
}

}  // namespace

base::Result<Key> read_jwk(const json& jwk) {
  if (!jwk.is_object()) return base::fail("not a JSON object");
  if (const auto purpose = check_purpose(jwk); !purpose) return tl::unexpected(purpose.error());
  auto key = read_material(jwk);
  if (!key) return key;
  if (jwk.contains("alg")) {
    const auto* name = string_member(jwk, "alg");
    const auto algorithm = name == nullptr ? std::nullopt : parse_algorithm(*name);
    if (!algorithm) return base::fail("\"alg\" is no signature algorithm that is accepted here");
    if (const auto fits = key->restrict_to(*algorithm); !fits) return tl::unexpected(fits.error());
  }
  if (jwk.contains("kid")) {
    const auto* id = string_member(jwk, "kid");
    if (id == nullptr || id->empty() || id->size() > kMaxKidBytes) {
      return base::fail("\"kid\" is not a string of 1 to " + std::to_string(kMaxKidBytes) + " bytes");
    }
    key->set_id(*id);
  }
  return key;
}

}  // namespace freshet::auth
