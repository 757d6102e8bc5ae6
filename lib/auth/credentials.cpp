#include "auth/credentials.h"

#include "base/text.h"

namespace freshet::auth {

std::optional<std::string_view> bearer(std::string_view authorization) {
  static constexpr std::string_view kScheme = "Bearer";
  authorization = base::trim(authorization);
  if (!base::equals_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) return std::nullopt;
  authorization.remove_prefix(kScheme.size());
  if (!authorization.empty() && authorization.front() != ' ') return std::nullopt;  // a longer scheme
  return base::trim(authorization);
}

std::optional<std::string_view> cookie(std::string_view header, std::string_view name) {
  for (const auto piece : base::split(header, ';')) {
    const auto equals = piece.find('=');
    if (equals == std::string_view::npos || base::trim(piece.substr(0, equals)) != name) continue;
    auto value = base::trim(piece.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (value.empty()) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

}  // namespace freshet::auth
