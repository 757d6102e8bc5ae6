#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/key.h"

namespace freshet::auth {

inline constexpr std::size_t kMaxKeys = 100;
inline constexpr std::size_t kMaxJwksBytes = std::size_t{256} << 10U;

/// All keys that tokens may be signed with. Built anew from its sources (files, a fetched JWKS) whenever one of them
/// changes, then handed to the Verifier. Reads no files itself: callers hand it their contents.
class Keyring {
 public:
  /// The contents of `secret_file`: raw bytes; one newline at the end (LF or CRLF) is not part of the secret.
  base::Result<void> add_secret(std::string_view contents);
  /// The contents of `public_key_file`: one or more PEM blocks `PUBLIC KEY` or `RSA PUBLIC KEY`. Any other block is an
  /// error that says what it is (a private key, a certificate), and then no key of the file is taken.
  base::Result<void> add_pem(std::string_view contents);
  /// A JWK set (RFC 7517). Gives the reason for each entry that was skipped, for the log: an unusable entry harms no
  /// other. An error when the text is no JWK set or over kMaxJwksBytes; a set without usable keys is not.
  base::Result<std::vector<std::string>> add_jwks(std::string_view text);

  [[nodiscard]] std::size_t size() const { return keys_.size(); }
  [[nodiscard]] bool empty() const { return keys_.empty(); }

  /// The keys to try on a token.
  struct Candidates {
    std::vector<const Key*> keys;  ///< at most kMaxTries, all of them fit the algorithm; valid while the ring stands
    bool known = true;             ///< false: no key has the token's kid (or there are no keys at all)
  };
  static constexpr std::size_t kMaxTries = 8;
  /// With a `kid` that keys have: these alone. With one that none has: the keys without a kid (PEM and secret files
  /// have none, while their issuers may well write one). Without `kid`: all that fit.
  [[nodiscard]] Candidates candidates(const std::optional<std::string>& kid, Algorithm algorithm) const;

 private:
  base::Result<void> add(Key key);

  std::vector<Key> keys_;
};

}  // namespace freshet::auth
