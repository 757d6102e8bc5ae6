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

/// The candidate that has more words than `name`, unless there are several.
std::string_view longer_one(std::string_view name, const std::vector<std::string>& candidates) {
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    if (!candidate.starts_with(name) || !candidate.substr(name.size()).starts_with('_')) continue;
    if (!found.empty()) return {};
    found = candidate;
  }
  return found;
}

std::string_view closest_one(std::string_view name, const std::vector<std::string>& candidates) {
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
  return best;
}

}  // namespace

std::string suggestion(std::string_view name, const std::vector<std::string>& candidates) {
  if (name.size() > kLongestName) return {};
  auto best = longer_one(name, candidates);
  if (best.empty()) best = closest_one(name, candidates);
  if (best.empty()) return {};
  return " (did you mean " + std::string(best) + "?)";
}

}  // namespace freshet::config
