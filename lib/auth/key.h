#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "auth/algorithm.h"
#include "base/error.h"

struct evp_pkey_st;

namespace freshet::auth {

inline constexpr std::size_t kMinSecretBytes = 32;
inline constexpr int kMinRsaBits = 2048;
inline constexpr int kMaxRsaBits = 8192;

/// One key that can check signatures, and only by the algorithms of its own type: a token's `alg` never decides what a
/// key is used for. An RSA key never checks an HMAC, a P-256 key checks ES256 alone, a shared secret HS256, and HS384
/// or HS512 when it is as long as their hash (RFC 7518 §3.2). Owned by a Keyring; holds no private half.
class Key {
 public:
  enum class Kind { kSecret, kRsa, kEcP256, kEcP384, kEcP521, kEd25519 };
  struct Deleter {
    void operator()(evp_pkey_st* key) const;
  };
  using Handle = std::unique_ptr<evp_pkey_st, Deleter>;

  /// A shared secret: these very bytes. Refused when shorter than kMinSecretBytes, or when it is a PEM file, since a
  /// public key is no secret.
  static base::Result<Key> from_secret(std::string_view bytes);
  /// A public key, already parsed. Refused: other types than Kind, other curves, RSA outside of kMinRsaBits and
  /// kMaxRsaBits or with a strange exponent.
  static base::Result<Key> from_public(Handle handle);

  /// A copy is the same key, not another one: what OpenSSL holds of it is shared.
  Key(const Key& other);
  Key& operator=(const Key& other);
  Key(Key&&) noexcept = default;
  Key& operator=(Key&&) noexcept = default;
  ~Key() = default;

  [[nodiscard]] Kind kind() const { return kind_; }
  /// The name that tokens may ask for it by; empty when it has none.
  [[nodiscard]] const std::string& id() const { return id_; }
  void set_id(std::string id) { id_ = std::move(id); }
  /// From now on only for `algorithm`; an error when its type does not fit.
  base::Result<void> restrict_to(Algorithm algorithm);

  [[nodiscard]] bool fits(Algorithm algorithm) const;
  /// Whether `signature` (raw bytes, as in a JWS) is this key's over `message`. False when the algorithm does not fit.
  /// MACs are compared in constant time.
  [[nodiscard]] bool verify(Algorithm algorithm, std::string_view message, std::string_view signature) const;

 private:
  Key(Kind kind, std::size_t secret_bytes, Handle handle);

  Kind kind_;
  std::size_t secret_bytes_;
  std::optional<Algorithm> only_;
  std::string id_;
  Handle handle_;
};

std::string_view to_string(Key::Kind kind);

}  // namespace freshet::auth
