#pragma once

#include <optional>
#include <string_view>

namespace freshet::auth {

/// The token of an `Authorization` header's value; none for every other scheme than Bearer (whose case does not
/// matter). A Bearer without a token gives an empty one, which is present and bad. Points into `authorization`.
std::optional<std::string_view> bearer(std::string_view authorization);

/// The value of the first cookie called `name` in a `Cookie` header's value, without the quotes it may have; none when
/// there is no such cookie or it is empty, as sites leave one behind at logout. Points into `header`.
std::optional<std::string_view> cookie(std::string_view header, std::string_view name);

}  // namespace freshet::auth
