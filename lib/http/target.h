#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::http {

/// A request target taken apart.
struct Target {
  std::string path;                        ///< raw; begins with '/', or is "*"
  std::string query{};                     ///< raw, without the '?'
  std::optional<std::string> authority{};  ///< of an absolute-form target

  friend bool operator==(const Target&, const Target&) = default;
};

/// RFC 9112 3.2: origin-form, absolute-form (http and https) and, for OPTIONS, the asterisk. Refuses everything else,
/// fragments, user information and bytes that are not printable ASCII.
base::Result<Target> parse_target(std::string_view method, std::string_view text);

/// Whether `text` can be a Host header or an authority without user information: a host and maybe a port. May be empty.
bool is_host(std::string_view text);

}  // namespace freshet::http
