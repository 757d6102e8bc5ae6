#include "http/target.h"

#include <algorithm>

#include "base/text.h"
#include "http/byte_set.h"

namespace freshet::http {
namespace {

/// The rest after `http://` or `https://`; none for anything else.
std::optional<std::string_view> after_scheme(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (base::equals_ignoring_case(text.substr(0, scheme.size()), scheme)) return text.substr(scheme.size());
  }
  return std::nullopt;
}

}  // namespace

base::Result<Target> parse_target(std::string_view method, std::string_view text) {
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; })) {
    return base::fail("the request target has bytes outside of printable ASCII");
  }
  if (text.find('#') != std::string_view::npos) return base::fail("the request target has a fragment");
  if (text == "*") {
    if (method != "OPTIONS") return base::fail("the request target * is for OPTIONS only");
    return Target{.path = "*"};
  }

  Target target;
  if (const auto rest = after_scheme(text)) {
    const auto authority = rest->substr(0, rest->find_first_of("/?"));
    if (authority.empty() || !is_host(authority)) return base::fail("the request target names no valid host");
    target.authority = authority;
    text = rest->substr(authority.size());
  } else if (!text.starts_with('/')) {
    return base::fail("the request target is neither a path nor an http URL");
  }
  const auto mark = text.find('?');
  target.path = text.substr(0, mark);
  if (target.path.empty()) target.path = "/";
  if (mark != std::string_view::npos) target.query = text.substr(mark + 1);
  return target;
}

bool is_host(std::string_view text) {
  static constexpr ByteSet kHostBytes = alphanumerics_and("-._~%!$&'()*+,;=:[]");
  return kHostBytes.has_all_of(text);
}

}  // namespace freshet::http
