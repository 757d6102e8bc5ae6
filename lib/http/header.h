#pragma once

#include <string>
#include <string_view>

namespace freshet::http {

/// One header field. The name is kept as it was sent; compare it without regard to case.
struct Header {
  std::string name;
  std::string value;

  friend bool operator==(const Header&, const Header&) = default;
};

/// Whether `text` is an RFC 9110 token: what method and header names are made of. Never empty.
bool is_token(std::string_view text);

}  // namespace freshet::http
