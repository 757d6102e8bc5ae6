#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "http/problem.h"
#include "http/request.h"
#include "http/target.h"

namespace freshet::http {

struct RequestLine {
  std::string method;
  Target target;
  int minor_version = 1;
};

/// Reads a request line without its CRLF. Whether the method is one that llhttp knows is not judged here.
tl::expected<RequestLine, Problem> read_request_line(std::string_view line);

/// What a head says of the bytes after it.
struct Framing {
  bool chunked = false;
  std::uint64_t body_bytes = 0;  ///< the declared length; 0 when chunked
  bool expects_continue = false;
};

/// Judges a complete head: Host, Origin, Expect and the framing of the body. RFC 9112 in its strict reading: what two
/// servers might frame differently is refused (request smuggling).
tl::expected<Framing, Problem> read_framing(const Request& request);

}  // namespace freshet::http
