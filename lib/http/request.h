#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/header.h"

namespace freshet::http {

/// One request, read completely. A plain value; what the parser let through is promised at each member.
struct Request {
  std::string method;      ///< as sent, case-sensitive; never CONNECT
  std::string path;        ///< raw, not percent-decoded; begins with '/', or is "*" (OPTIONS only)
  std::string query;       ///< raw, without the '?'
  int minor_version = 1;   ///< 0 or 1, of HTTP/1
  bool keep_alive = true;  ///< whether the client leaves the connection open for another request
  /// In the order in which they came; values without the blanks around them and without control bytes other than tabs.
  /// At most one Host; for an absolute-form target it holds the target's authority, as RFC 9112 3.2.2 asks.
  std::vector<Header> headers;
  std::string body;  ///< chunked coding removed; trailers are dropped

  /// The first header of that name (any case); null if there is none. Valid until `headers` changes.
  [[nodiscard]] const std::string* header(std::string_view name) const;
  /// Whether Accept (RFC 9110 12.5.1) allows `media_type`, given as "type/subtype". The most specific range decides.
  /// No Accept header, or none that can be read: yes. Parameters other than `q` are not looked at.
  [[nodiscard]] bool accepts(std::string_view media_type) const;
  /// Whether Accept lists `media_type` by its full name with a weight above 0.
  [[nodiscard]] bool names(std::string_view media_type) const;

  friend bool operator==(const Request&, const Request&) = default;
};

}  // namespace freshet::http
