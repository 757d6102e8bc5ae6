#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace freshet::http {

/// Names and values, decoded, in the order in which they came; a name may come more than once.
using QueryPairs = std::vector<std::pair<std::string, std::string>>;

/// Reads a form-urlencoded query (without its '?'): pairs between `&`, `+` is a space, %XX a byte. Empty pieces are
/// skipped; a piece without `=` has an empty value. Decoded text may hold any byte. A bad escape is an error that names
/// its offset in `raw`; more than `max_pairs` pairs are one too.
base::Result<QueryPairs> parse_query(std::string_view raw, std::size_t max_pairs);

/// Decodes %XX, as in a path: `+` stays `+`. A bad escape is an error that names its offset.
base::Result<std::string> percent_decode(std::string_view text);

}  // namespace freshet::http
