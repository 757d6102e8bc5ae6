#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "auth/algorithm.h"
#include "auth/rejection.h"

namespace freshet::auth {

/// A signed token taken apart (RFC 7515, compact form); nothing of it is verified yet.
struct Jws {
  Algorithm algorithm = Algorithm::kHs256;
  std::optional<std::string> kid;
  std::string_view signing_input;  ///< points into the token
  std::string payload;
  std::string signature;
};

/// Takes `token` apart. Refused: other than three parts in strict base64url, a header that is no strict JSON, an `alg`
/// that is not accepted, any `crit` or `b64`, a `typ` other than JWT and at+jwt (RFC 9068): tokens for other purposes
/// come from the same issuers with the same keys (RFC 8725 §3.11). The header's other members are not looked at.
tl::expected<Jws, Rejection> parse_jws(std::string_view token);

}  // namespace freshet::auth
