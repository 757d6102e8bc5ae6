#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/header.h"

namespace freshet::http {

/// A whole answer. Content-Length, Transfer-Encoding and Connection are the encoder's: those among `headers` are left
/// out.
struct Response {
  int status = 200;
  std::vector<Header> headers{};
  std::string body{};
};

/// What answers `Expect: 100-continue`.
inline constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

/// The bytes of an answer to a request of HTTP/1.`minor_version`; `keep_alive` says whether the connection stays open
/// after it. `head_only` is for HEAD: the length that GET would have, without the body. 204 and 304 have neither.
/// A header whose name is no token is left out, and control bytes in a value (CR and LF above all) become spaces: no
/// value can begin a header of its own.
std::string encode(const Response& response, bool keep_alive, int minor_version, bool head_only);

/// The head of a 200 whose body has no known end: chunked for HTTP/1.1; for HTTP/1.0 it ends with the connection.
/// `headers` are treated as in `encode`.
std::string encode_stream_head(std::span<const Header> headers, int minor_version, bool keep_alive = true);

/// The words for a status; empty for one that no part of Freshet sends or is likely to meet.
std::string_view reason_phrase(int status);

}  // namespace freshet::http
