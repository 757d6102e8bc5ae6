#include "auth/json_text.h"

#include <set>
#include <string>
#include <vector>

namespace freshet::auth {

using nlohmann::json;

base::Result<json> parse_json_object(std::string_view text) {
  // The parser would skip a byte order mark, and would take a NUL byte for the end of the text.
  if (text.starts_with("\xef\xbb\xbf") || text.find('\0') != std::string_view::npos) {
    return base::fail("is not strict JSON");
  }
  std::vector<std::set<std::string>> names;  // of the objects that are open, by depth
  bool twice = false;
  bool too_deep = false;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    const auto level = static_cast<std::size_t>(depth);
    if (event == json::parse_event_t::object_start || event == json::parse_event_t::array_start) {
      too_deep = too_deep || level >= kMaxJsonDepth;
      names.resize(level + 1);
      names.emplace_back();
    } else if (event == json::parse_event_t::key) {
      twice = twice || !names[level].insert(parsed.get_ref<const std::string&>()).second;
    }
    return !twice && !too_deep;
  };
  auto value = json::parse(text, watch, false);
  if (too_deep) return base::fail("is nested too deeply");
  if (twice) return base::fail("has two members of one name");
  if (!value.is_object()) return base::fail("is not a JSON object");
  return value;
}

const std::string* string_member(const json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() ? nullptr : found->get_ptr<const std::string*>();
}

}  // namespace freshet::auth
