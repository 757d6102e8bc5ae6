#include "http/query.h"

#include <algorithm>

#include "base/percent.h"

namespace freshet::http {
namespace {

/// `offset` is where `text` stands in what the caller was given.
base::Result<std::string> decode(std::string_view text, std::size_t offset) {
  auto decoded = base::percent_decode(text);
  if (!decoded) return base::fail("bad percent escape at byte " + std::to_string(offset + decoded.error()));
  return *std::move(decoded);
}

base::Result<std::string> decode_form(std::string_view text, std::size_t offset) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return decode(spaced, offset);
}

}  // namespace

base::Result<std::optional<QueryPair>> QueryReader::next() {
  at_ = std::min(raw_.find_first_not_of('&', at_), raw_.size());
  if (at_ == raw_.size()) return std::nullopt;
  const auto begin = at_;
  at_ = std::min(raw_.find('&', begin), raw_.size());
  const auto piece = raw_.substr(begin, at_ - begin);
  const auto equals = std::min(piece.find('='), piece.size());
  auto name = decode_form(piece.substr(0, equals), begin);
  if (!name) return tl::unexpected(std::move(name.error()));
  const auto value_at = std::min(equals + 1, piece.size());
  auto value = decode_form(piece.substr(value_at), begin + value_at);
  if (!value) return tl::unexpected(std::move(value.error()));
  return QueryPair(*std::move(name), *std::move(value));
}

base::Result<QueryPairs> parse_query(std::string_view raw, std::size_t max_pairs) {
  QueryPairs pairs;
  QueryReader reader(raw);
  while (true) {
    auto pair = reader.next();
    if (!pair) return tl::unexpected(std::move(pair.error()));
    if (!*pair) return pairs;
    if (pairs.size() == max_pairs) return base::fail("more than " + std::to_string(max_pairs) + " parameters");
    pairs.push_back(**std::move(pair));
  }
}

base::Result<std::string> percent_decode(std::string_view text) { return decode(text, 0); }

}  // namespace freshet::http
