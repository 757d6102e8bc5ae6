#include "ctl/text.h"

#include <nlohmann/json.hpp>

#include "base/utf8.h"

namespace freshet::ctl {
namespace {

/// U+202A to U+202E and U+2066 to U+2069: what follows would be shown in another order than it has.
bool turns_direction(std::string_view character) {
  return (character >= "\xe2\x80\xaa" && character <= "\xe2\x80\xae") ||
         (character >= "\xe2\x81\xa6" && character <= "\xe2\x81\xa9");
}

/// U+0000 to U+001F and U+007F to U+009F.
bool is_control(std::string_view character) {
  return character < " " || (character >= "\x7f" && character < "\xc2\xa0");
}

/// The length of the UTF-8 sequence that `text` begins with; 0 when there is none, or one that no terminal should see.
std::size_t sequence(std::string_view text) {
  const auto length = base::utf8_length(text);
  const auto character = text.substr(0, length);
  return is_control(character) || turns_direction(character) ? 0 : length;
}

std::string escaped(char byte) {
  if (byte == '\n') return "\\n";
  if (byte == '\r') return "\\r";
  if (byte == '\t') return "\\t";
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  return {'\\', 'x', kDigits[value >> 4U], kDigits[value & 15U]};
}

}  // namespace

std::string one_line(std::string_view text, std::size_t limit) {
  std::string line;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto length = sequence(text.substr(at));
    const auto taken = length == 0 ? 1 : length;
    if (limit != 0 && at + taken > limit) return line + "…";
    line += length == 0 ? escaped(text[at]) : std::string(text.substr(at, length));
    at += taken;
  }
  return line;
}

std::string json_line(const nlohmann::ordered_json& json) {
  constexpr bool kAsciiOnly = true;
  return json.dump(-1, ' ', kAsciiOnly, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace freshet::ctl
