#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace freshet::ctl {

/// `text` for one line of a terminal: control bytes, what is not UTF-8 and what turns the direction of writing as \n,
/// \t or \xNN, and "…" in place of what is beyond `limit` bytes (0: no limit). Nothing in it can move the cursor,
/// change colours or show the rest of the line in another order.
std::string one_line(std::string_view text, std::size_t limit = 0);
/// One line of JSON, newline included, in ASCII: whatever is in the texts is \uNNNN, and cannot control a terminal
/// either. What is not UTF-8 becomes U+FFFD.
std::string json_line(const nlohmann::ordered_json& json);

}  // namespace freshet::ctl
