#pragma once

#include <string_view>

namespace freshet::redis {

/// The value of one line of an INFO reply, `name:value`; empty when there is no such line. A view into `info`.
std::string_view info_field(std::string_view info, std::string_view name);

}  // namespace freshet::redis
