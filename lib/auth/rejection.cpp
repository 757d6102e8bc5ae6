#include "auth/rejection.h"

#include <utility>

namespace freshet::auth {

tl::unexpected<Rejection> reject(Rejection::Reason reason, std::string description) {
  return tl::unexpected<Rejection>(Rejection{reason, std::move(description)});
}

std::string_view to_string(Rejection::Reason reason) {
  switch (reason) {
    case Rejection::Reason::kMalformed:
      return "malformed";
    case Rejection::Reason::kAlgorithm:
      return "algorithm";
    case Rejection::Reason::kUnknownKey:
      return "unknown_key";
    case Rejection::Reason::kSignature:
      return "signature";
    case Rejection::Reason::kExpired:
      return "expired";
    case Rejection::Reason::kNotYet:
      return "not_yet";
    case Rejection::Reason::kIssuer:
      return "issuer";
    case Rejection::Reason::kAudience:
      return "audience";
    case Rejection::Reason::kClaims:
      return "claims";
  }
  return "";
}

}  // namespace freshet::auth
