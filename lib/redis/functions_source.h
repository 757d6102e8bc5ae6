#pragma once

#include <cstdint>
#include <string_view>

namespace freshet::redis {

/// freshet.lua, as FUNCTION LOAD takes it.
std::string_view functions_source();
/// What `freshet_version` answers once that is loaded.
std::uint64_t functions_version();

}  // namespace freshet::redis
