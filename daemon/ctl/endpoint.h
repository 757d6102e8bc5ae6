#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::ctl {

/// Where to send requests: an http:// or https:// URL without a query of its own, perhaps through a unix socket.
struct Endpoint {
  std::string base;           ///< `http://127.0.0.1:9080`, `https://events.example.com/sse`; no slash at its end
  std::string query;          ///< what the URL had after its `?`
  std::string unix_socket;    ///< absolute; empty: TCP
  std::string name;           ///< for people: as it was given, in one line without control bytes
  std::string origin;         ///< for people: where it comes from that nobody has named; empty: it says itself
  std::string instance;       ///< whose it is, as far as the address tells; empty: it does not
  bool fits_nothing = false;  ///< a pattern, of which there is no socket

  /// The URL of a path below it.
  [[nodiscard]] std::string url(std::string_view path) const { return base + std::string(path); }
  /// Whether the URL came with a path.
  [[nodiscard]] bool has_path() const;
};

/// `127.0.0.1:9080`, `[::1]:9080`, `host:9080`, `unix:/run/freshet/1.ops.sock`, `http://…` or `https://…`. The error
/// quotes the text.
base::Result<Endpoint> parse_endpoint(std::string_view text);

/// A query that is being put together: `?channel=a&channel=b`; empty without a parameter.
class Query {
 public:
  Query() = default;
  /// What comes before all that is added, as it is.
  explicit Query(std::string_view begun);

  void add(std::string_view name, std::string_view value);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace freshet::ctl
