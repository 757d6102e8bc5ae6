#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "auth/identity.h"

namespace freshet::auth {

/// What a token with a good signature says.
struct VerifiedToken {
  Identity identity;
  std::optional<std::int64_t> not_before;  ///< Unix seconds, rounded up
};

/// The tokens that were found good, by their SHA-256, the least recently used forgotten first. Owned by the Verifier,
/// which looks at the times of what it finds here each time: a token is remembered, its validity is not.
class TokenCache {
 public:
  using Digest = std::array<unsigned char, 32>;
  static Digest digest_of(std::string_view token);

  explicit TokenCache(std::size_t capacity) : capacity_(capacity) {}

  /// Valid until the next call of a non-const member; null when it is not here.
  const VerifiedToken* find(const Digest& digest);
  void insert(const Digest& digest, VerifiedToken token);
  void erase(const Digest& digest);
  void clear();
  [[nodiscard]] std::size_t size() const { return by_digest_.size(); }

 private:
  struct Entry {
    Digest digest{};
    VerifiedToken token;
  };
  struct Hash {
    // The digest is as good as random already.
    std::size_t operator()(const Digest& digest) const {
      std::size_t value = 0;
      std::memcpy(&value, digest.data(), sizeof value);
      return value;
    }
  };

  std::size_t capacity_;
  std::list<Entry> entries_;  ///< the most recently used first
  std::unordered_map<Digest, std::list<Entry>::iterator, Hash> by_digest_;
};

}  // namespace freshet::auth
