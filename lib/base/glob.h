#pragma once

#include <span>
#include <string>
#include <string_view>

namespace freshet::base {

/// Whether `text` matches `pattern` as a whole: `*` is any run of bytes, `?` one byte, nothing else is special.
/// At worst as many steps as the product of both lengths, however many `*` there are; no recursion, no allocation.
bool glob_match(std::string_view pattern, std::string_view text);

/// Whether one of `patterns` matches.
bool any_glob_matches(std::span<const std::string> patterns, std::string_view text);

}  // namespace freshet::base
