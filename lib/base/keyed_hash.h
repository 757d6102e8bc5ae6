#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace freshet::base {

/// SipHash-2-4 under a secret key, for tables keyed by text that somebody outside chooses: who does not know the key
/// cannot find texts that fall into one place and make a list of the table.
///
/// Also the hash function of a standard container. Copies have the same key.
class KeyedHash {
 public:
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
  using Key = std::array<unsigned char, 16>;

  /// A new key from the system.
  KeyedHash();
  /// For tests, whose tables shall come out the same each time.
  explicit KeyedHash(const Key& key) : key_(key) {}

  // Not noexcept, so that standard containers keep the value instead of computing it again for each neighbour.
  [[nodiscard]] std::size_t operator()(std::string_view text) const;

 private:
  Key key_;
};

}  // namespace freshet::base
