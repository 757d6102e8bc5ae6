#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "http/problem.h"
#include "http/request.h"

namespace freshet::http {

struct Limits {
  std::size_t head_bytes =
      std::size_t{16} * 1024;  ///< request line and headers with their line ends; also bounds trailers
  std::size_t body_bytes = std::size_t{256} * 1024;  ///< after the chunked coding is taken off
};

/// Most headers that a request may have.
inline constexpr std::size_t kMaxHeaders = 100;

/// Reads exactly one HTTP/1 request from bytes as they come; owned by a connection and thrown away with the request, so
/// that an open stream does not pay for it. llhttp does the reading; what it forgives and two servers might understand
/// differently is refused on top. Never holds more than the limits allow. Movable; calls nobody.
class Parser {
 public:
  enum class Status { kNeedMore, kComplete, kFailed };

  explicit Parser(Limits limits);
  Parser(Parser&&) noexcept;
  Parser& operator=(Parser&&) noexcept;
  ~Parser();

  /// Takes the next bytes; `consumed` says how many of them belong to this request. kNeedMore takes all; after
  /// kComplete the rest is the caller's (the next request of a pipeline); after kFailed the bytes that follow mean
  /// nothing, and the connection has to end. The outcome does not depend on how the bytes are cut. Once it has answered
  /// kComplete or kFailed it goes on to do so and takes nothing.
  [[nodiscard]] Status feed(std::string_view bytes, std::size_t& consumed);

  /// Whether a request has begun. Empty lines before one, which are passed over (a few of them), do not count.
  [[nodiscard]] bool started() const;
  /// Whether the client holds its body back for a `100 Continue`: it said so, and nothing of the body has come.
  [[nodiscard]] bool wants_continue() const;

  /// The request; once, after kComplete.
  [[nodiscard]] Request take();
  /// What has been read of it so far, in whole lines.
  [[nodiscard]] const Request& so_far() const;
  /// After kFailed: 400 (malformed), 413 (body over its limit), 414 (request line over the head's limit), 417, 431
  /// (head over its limit, or too many headers), 501 (unknown method or transfer coding) or 505.
  [[nodiscard]] const Problem& problem() const;

 private:
  struct Core;
  std::unique_ptr<Core> core_;
};

}  // namespace freshet::http
