#include "auth/algorithm.h"

#include <array>
#include <utility>

namespace freshet::auth {
namespace {

using Named = std::pair<Algorithm, std::string_view>;
constexpr std::array kNames{
    Named{Algorithm::kHs256, "HS256"}, Named{Algorithm::kHs384, "HS384"}, Named{Algorithm::kHs512, "HS512"},
    Named{Algorithm::kRs256, "RS256"}, Named{Algorithm::kRs384, "RS384"}, Named{Algorithm::kRs512, "RS512"},
    Named{Algorithm::kPs256, "PS256"}, Named{Algorithm::kPs384, "PS384"}, Named{Algorithm::kPs512, "PS512"},
    Named{Algorithm::kEs256, "ES256"}, Named{Algorithm::kEs384, "ES384"}, Named{Algorithm::kEs512, "ES512"},
    Named{Algorithm::kEdDsa, "EdDSA"},
};

}  // namespace

std::optional<Algorithm> parse_algorithm(std::string_view name) {
  for (const auto& [algorithm, known] : kNames) {
    if (known == name) return algorithm;
  }
  return std::nullopt;
}

std::string_view to_string(Algorithm algorithm) {
  for (const auto& [known, name] : kNames) {
    if (known == algorithm) return name;
  }
  return "";
}

}  // namespace freshet::auth
