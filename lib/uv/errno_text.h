#pragma once

#include <string>
#include <system_error>

namespace freshet::uv {

/// What errno means, in words: `Connection refused`.
inline std::string errno_text(int code) { return std::generic_category().message(code); }

}  // namespace freshet::uv
