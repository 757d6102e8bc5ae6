#pragma once

#include <optional>
#include <string_view>

namespace freshet::auth {

/// The signature algorithms of RFC 7518 and RFC 8037 that are accepted. `none` is not one of them.
enum class Algorithm {
  kHs256,
  kHs384,
  kHs512,
  kRs256,
  kRs384,
  kRs512,
  kPs256,
  kPs384,
  kPs512,
  kEs256,
  kEs384,
  kEs512,
  kEdDsa,
};

/// The algorithm of this name, byte by byte as in the RFCs; none for every other spelling.
std::optional<Algorithm> parse_algorithm(std::string_view name);
std::string_view to_string(Algorithm algorithm);

}  // namespace freshet::auth
