#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "ctl/endpoint.h"

namespace freshet::ctl {

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::string unix_socket;           ///< empty: TCP
  std::vector<std::string> headers;  ///< `Name: value`
  std::optional<std::string> body;
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds timeout{10'000};  ///< for all of it; 0: none
  bool insecure = false;                      ///< any certificate will do
  bool direct = false;                        ///< through no proxy, whatever the environment says of one

  /// GET of a path below an endpoint of the operations listeners or of this machine: direct.
  [[nodiscard]] static HttpRequest to(const Endpoint& endpoint, std::string_view path_and_query);
};

/// What came before the body.
struct HttpHead {
  long status = 0;
  std::string version;                                       ///< `HTTP/1.1`, `HTTP/2`
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case

  /// The first of this name, given in lower case; empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  /// Whether it says that what is behind the server, such as Redis, cannot be reached at present.
  [[nodiscard]] bool unavailable() const { return status == 502 || status == 503 || status == 504; }
  /// Of Content-Type, without parameters and in lower case.
  [[nodiscard]] std::string media_type() const;
};

struct HttpReply {
  HttpHead head;
  std::string body;
};

/// Why there is no reply, or not all of one.
struct HttpFailure {
  std::string message;     ///< one line, without the URL
  bool unreached = false;  ///< nothing was sent: another server may be tried
};
using HttpResult = tl::expected<HttpReply, HttpFailure>;

/// Sends all of them at once and waits for all replies, each at its request's place. Redirects are not followed.
std::vector<HttpResult> fetch_all(std::vector<HttpRequest> requests);
HttpResult fetch(HttpRequest request);

/// What a reply that is not the one hoped for says, on one line: `403 Forbidden: the key may not publish to news`.
std::string describe(const HttpHead& head, std::string_view body);

}  // namespace freshet::ctl
