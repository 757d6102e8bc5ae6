#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "auth/identity.h"
#include "auth/jws.h"
#include "auth/keyring.h"
#include "auth/rejection.h"
#include "auth/token_cache.h"

namespace freshet::auth {

inline constexpr std::size_t kMaxTokenBytes = 8192;

/// Tells true tokens (JWT in JWS compact form) from others. Owned by the application, used from its one thread; calls
/// nothing but the crypto library.
///
/// Checked: form, algorithm against the key's type, signature, then `iss`, `aud`, `nbf`, `iat`, the claims that make
/// the Identity, and `exp` last. A token without `exp` is accepted and holds for good, as its issuer meant it; what
/// `crit` names is never understood; `jwk`, `jku`, `x5u` and `x5c` in a token's header are never looked at.
class Verifier {
 public:
  struct Options {
    std::string issuer{};                ///< what `iss` must be, byte by byte; empty: not checked
    std::string audience{};              ///< what `aud` must be or contain; empty: not checked
    std::chrono::seconds leeway{5};      ///< for `exp`, `nbf` and `iat`
    std::size_t cache_entries = 10'000;  ///< verified tokens to remember; 0: none
  };

  Verifier(Options options, Keyring keys);

  /// The identity that `token` speaks for at `now_s` (Unix seconds). A token verified before is only checked for its
  /// times again.
  tl::expected<Identity, Rejection> verify(std::string_view token, std::int64_t now_s);

  /// Takes other keys and forgets every verified token.
  void set_keys(Keyring keys);
  /// Takes other demands and forgets every verified token.
  void set_options(Options options);
  [[nodiscard]] std::size_t cached() const { return cache_.size(); }

 private:
  [[nodiscard]] tl::expected<VerifiedToken, Rejection> check(std::string_view token) const;
  /// What a token gets that no key verifies: a key may be `known` by its kid, all may be `unfit` for its algorithm.
  [[nodiscard]] Rejection rejection_of(const Jws& jws, bool known, bool unfit) const;
  [[nodiscard]] tl::expected<Identity, Rejection> at_time(const VerifiedToken& token, std::int64_t now_s) const;

  Options options_;
  Keyring keys_;
  TokenCache cache_;
};

}  // namespace freshet::auth
