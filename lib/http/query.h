#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace freshet::http {

/// A name and its value, decoded.
using QueryPair = std::pair<std::string, std::string>;
/// In the order in which they came; a name may come more than once.
using QueryPairs = std::vector<QueryPair>;

/// Reads a form-urlencoded query (without its '?'), one pair after the other: pairs between `&`, `+` is a space, %XX a
/// byte. Empty pieces are skipped; a piece without `=` has an empty value. Decoded text may hold any byte.
class QueryReader {
 public:
  /// `raw` must outlive it.
  explicit QueryReader(std::string_view raw) : raw_(raw) {}

  /// None at the end. A bad escape is an error that names its offset in `raw`, and ends the reading.
  base::Result<std::optional<QueryPair>> next();

 private:
  std::string_view raw_;
  std::size_t at_ = 0;
};

/// All pairs of such a query; more than `max_pairs` are an error.
base::Result<QueryPairs> parse_query(std::string_view raw, std::size_t max_pairs);

/// Decodes %XX, as in a path: `+` stays `+`. A bad escape is an error that names its offset.
base::Result<std::string> percent_decode(std::string_view text);

}  // namespace freshet::http
