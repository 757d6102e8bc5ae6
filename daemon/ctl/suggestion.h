#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace freshet::ctl {

/// The one of `words` that was probably meant by a misspelt one: the nearest, at most a third of its letters away,
/// where two neighbours that have changed places count once. Empty: none.
std::string nearest_word(std::string_view word, const std::vector<std::string>& words);

}  // namespace freshet::ctl
