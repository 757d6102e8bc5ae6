#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>

#include "base/error.h"

namespace freshet::auth {

inline constexpr std::size_t kMaxJsonDepth = 16;

/// Reads one JSON object, strictly: two members of a name (of which other readers may see the other one), more than
/// kMaxJsonDepth levels, a byte order mark, NUL bytes and bad UTF-8 are errors. No error repeats any of the text.
base::Result<nlohmann::json> parse_json_object(std::string_view text);

/// The member of this name if it is a string; null otherwise.
const std::string* string_member(const nlohmann::json& object, const char* name);

}  // namespace freshet::auth
