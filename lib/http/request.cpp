#include "http/request.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"

namespace freshet::http {
namespace {

/// Cuts the piece before the next `separator` off `rest`; quoted strings are passed over whole.
std::string_view next_piece(std::string_view& rest, char separator) {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < rest.size(); ++at) {
    if (quoted && rest[at] == '\\') {
      ++at;
    } else if (rest[at] == '"') {
      quoted = !quoted;
    } else if (!quoted && rest[at] == separator) {
      break;
    }
  }
  at = std::min(at, rest.size());
  const auto piece = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return base::trim(piece);
}

/// A weight is 0–1 with at most three decimals (RFC 9110 12.4.2). All that matters here is whether it is zero.
std::optional<bool> weight_is_positive(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
  if (text.size() > 1 && text[1] != '.') return std::nullopt;
  const auto decimals = text.substr(std::min<std::size_t>(2, text.size()));
  if (decimals.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const bool has_decimals = decimals.find_first_not_of('0') != std::string_view::npos;
  if (text[0] == '1' && has_decimals) return std::nullopt;
  return text[0] == '1' || has_decimals;
}

struct MediaRange {
  std::string_view name;
  bool wanted = true;
};

/// None when the element cannot be read.
std::optional<MediaRange> parse_media_range(std::string_view element) {
  MediaRange range{.name = next_piece(element, ';')};
  const auto slash = range.name.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto type = range.name.substr(0, slash);
  const auto subtype = range.name.substr(slash + 1);
  if (!is_token(type) || !is_token(subtype) || (type == "*" && subtype != "*")) return std::nullopt;
  while (!element.empty()) {
    const auto parameter = next_piece(element, ';');
    if (parameter.size() < 2 || !base::equals_ignoring_case(parameter.substr(0, 2), "q=")) continue;
    const auto positive = weight_is_positive(parameter.substr(2));
    if (!positive) return std::nullopt;
    range.wanted = *positive;
  }
  return range;
}

/// 3 for the type by its name, 2 for `type/*`, 1 for `*/*`, 0 when the range does not cover it.
int specificity(std::string_view range, std::string_view media_type) {
  if (range == "*/*") return 1;
  if (base::equals_ignoring_case(range, media_type)) return 3;
  if (!range.ends_with("/*")) return 0;
  const auto slash = media_type.find('/');
  return base::equals_ignoring_case(range.substr(0, range.size() - 2), media_type.substr(0, slash)) ? 2 : 0;
}

struct Verdict {
  bool asked = false;   // there is a range that can be read
  int specificity = 0;  // of the range that decides
  bool wanted = false;
};

Verdict judge(const std::vector<Header>& headers, std::string_view media_type) {
  Verdict verdict;
  for (const auto& header : headers) {
    if (!base::equals_ignoring_case(header.name, "Accept")) continue;
    std::string_view rest = header.value;
    if (rest == media_type) {  // what nearly all say
      verdict = {.asked = true, .specificity = 3, .wanted = true};
      continue;
    }
    while (!rest.empty()) {
      const auto range = parse_media_range(next_piece(rest, ','));
      if (!range) continue;
      verdict.asked = true;
      const int rank = specificity(range->name, media_type);
      if (rank > verdict.specificity) {
        verdict.specificity = rank;
        verdict.wanted = range->wanted;
      } else if (rank > 0 && rank == verdict.specificity) {
        verdict.wanted = verdict.wanted || range->wanted;
      }
    }
  }
  return verdict;
}

}  // namespace

const std::string* Request::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [name](const Header& header) {
    return base::equals_ignoring_case(header.name, name);
  });
  return found == headers.end() ? nullptr : &found->value;
}

bool Request::accepts(std::string_view media_type) const {
  const auto verdict = judge(headers, media_type);
  return !verdict.asked || verdict.wanted;
}

bool Request::names(std::string_view media_type) const {
  const auto verdict = judge(headers, media_type);
  return verdict.specificity == 3 && verdict.wanted;
}

}  // namespace freshet::http
