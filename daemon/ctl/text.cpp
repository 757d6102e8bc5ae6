#include "ctl/text.h"

#include <nlohmann/json.hpp>

namespace freshet::ctl {
namespace {

unsigned byte_at(std::string_view text, std::size_t index) { return static_cast<unsigned char>(text[index]); }

/// U+202A to U+202E and U+2066 to U+2069: what follows would be shown in another order than it has.
bool turns_direction(std::string_view character) {
  return (character >= "\xe2\x80\xaa" && character <= "\xe2\x80\xae") ||
         (character >= "\xe2\x81\xa6" && character <= "\xe2\x81\xa9");
}

/// The length of the UTF-8 sequence that `text` begins with; 0 when there is none, or one that no terminal should see.
std::size_t sequence(std::string_view text) {
  const auto first = byte_at(text, 0);
  if (first < 0x80U) return first >= 0x20U && first != 0x7fU ? 1 : 0;
  const std::size_t length = first >= 0xf0U ? 4 : first >= 0xe0U ? 3 : 2;
  if (first < 0xc2U || first > 0xf4U || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte_at(text, i) & 0xc0U) != 0x80U) return 0;
  }
  const auto second = byte_at(text, 1);
  const bool control = first == 0xc2U && second < 0xa0U;
  const bool overlong = (first == 0xe0U && second < 0xa0U) || (first == 0xf0U && second < 0x90U);
  const bool surrogate = first == 0xedU && second > 0x9fU;
  const bool too_large = first == 0xf4U && second > 0x8fU;
  return control || overlong || surrogate || too_large || turns_direction(text.substr(0, length)) ? 0 : length;
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
