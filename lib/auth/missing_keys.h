#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_set>

namespace freshet::auth {

/// Which keys tokens name that nobody here has, and whether the next key set may still bring them. A token that came
/// before a fetch began is judged by what that fetch brings; until then its client is told to come back.
///
/// Whoever can send a token can make these up: there are at most kMaxKids, and beyond them none is waited for.
class MissingKeys {
 public:
  static constexpr std::size_t kMaxKids = 1000;

  /// A token names `kid`. False: the last fetch was made for it, too, and did not bring it.
  bool ask(std::string_view kid);
  /// Whether the fetch to come has something to look for.
  [[nodiscard]] bool any() const { return !asked_.empty(); }

  void fetch_began();
  void fetch_succeeded();
  void fetch_failed();

 private:
  using Kids = std::unordered_set<std::size_t>;  ///< their hashes, as they may be long

  Kids asked_;      ///< for the next fetch
  Kids in_flight_;  ///< for the one under way
  Kids absent_;     ///< those that the last one did not bring
};

}  // namespace freshet::auth
