#pragma once

#include <string>

#include "http/response.h"

namespace freshet::http {

/// Why a request was not served, for its sender (RFC 9457). The title is the status's reason phrase.
struct Problem {
  int status = 500;
  std::string detail{};  ///< in words; left out of the answer when empty. Bytes that are not UTF-8 become U+FFFD
  std::string type = "about:blank";

  friend bool operator==(const Problem&, const Problem&) = default;
};

/// The answer that says it: `application/problem+json`, never to be stored. The caller adds what the status asks for
/// (Allow, WWW-Authenticate).
Response to_response(const Problem& problem);

}  // namespace freshet::http
