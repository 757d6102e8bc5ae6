#include "config/suggest.h"

#include <algorithm>
#include <numeric>

namespace freshet::config {
namespace {

constexpr std::size_t kLongestName = 64;

/// Levenshtein's distance, one row at a time.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

std::string suggestion(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.size() > kLongestName) return {};
  std::string_view best;
  // Two swapped letters count as two slips.
  std::size_t least = 1 + (name.size() < 4 ? 1 : std::max<std::size_t>(2, name.size() / 4));
  for (const auto& candidate : candidates) {
    const auto away = distance(name, candidate);
    if (away < least) {
      least = away;
      best = candidate;
    }
  }
  if (best.empty()) return {};
  return " (did you mean " + std::string(best) + "?)";
}

}  // namespace freshet::config
