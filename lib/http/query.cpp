#include "http/query.h"

#include <algorithm>
#include <optional>

namespace freshet::http {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10U;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10U;
  return std::nullopt;
}

/// `offset` is where `text` stands in what the caller was given.
base::Result<std::string> decode(std::string_view text, bool plus_is_space, std::size_t offset) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const auto high = text.size() - i > 2 ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
      if (!low) return base::fail("bad percent escape at byte " + std::to_string(offset + i));
      out += static_cast<char>(static_cast<unsigned char>(*high << 4U | *low));
      i += 2;
    }
  }
  return out;
}

}  // namespace

base::Result<QueryPairs> parse_query(std::string_view raw, std::size_t max_pairs) {
  QueryPairs pairs;
  std::size_t begin = 0;
  while (begin < raw.size()) {
    const auto end = std::min(raw.find('&', begin), raw.size());
    const auto piece = raw.substr(begin, end - begin);
    if (!piece.empty()) {
      if (pairs.size() == max_pairs) return base::fail("more than " + std::to_string(max_pairs) + " parameters");
      const auto equals = std::min(piece.find('='), piece.size());
      auto name = decode(piece.substr(0, equals), true, begin);
      if (!name) return tl::unexpected(std::move(name.error()));
      const auto value_at = std::min(equals + 1, piece.size());
      auto value = decode(piece.substr(value_at), true, begin + value_at);
      if (!value) return tl::unexpected(std::move(value.error()));
      pairs.emplace_back(std::move(*name), std::move(*value));
    }
    begin = end + 1;
  }
  return pairs;
}

base::Result<std::string> percent_decode(std::string_view text) { return decode(text, false, 0); }

}  // namespace freshet::http
