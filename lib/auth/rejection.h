#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace freshet::auth {

/// Why a token is not accepted.
struct Rejection {
  enum class Reason {
    kMalformed,   ///< not a JWS in compact form, or strict JSON, or over a bound
    kAlgorithm,   ///< `alg` is none, unknown, or not one of the key
    kUnknownKey,  ///< no key has its `kid`, or there are no keys yet: a newer JWKS may help
    kSignature,
    kExpired,  ///< and nothing else is wrong with it: signature, issuer, audience and claims are right
    kNotYet,   ///< `nbf` or `iat` lies in the future
    kIssuer,
    kAudience,
    kClaims,  ///< a claim of a wrong type or over a bound
  };

  Reason reason = Reason::kMalformed;
  /// For the client and the log, in words; names claims and limits and never repeats any part of the token.
  std::string description;
  /// Keys that are not here might verify the token: the `kid` that names them, empty when the token names none.
  std::optional<std::string> wanted_key{};
  /// And they are still to be fetched, so this is no verdict yet.
  bool for_now = false;

  friend bool operator==(const Rejection&, const Rejection&) = default;
};

/// A refusal, as functions return it that give a value or a Rejection.
tl::unexpected<Rejection> reject(Rejection::Reason reason, std::string description);

/// As in `freshet_auth_failures_total{reason}`: malformed, algorithm, unknown_key, signature, expired, not_yet, issuer,
/// audience, claims.
std::string_view to_string(Rejection::Reason reason);

}  // namespace freshet::auth
