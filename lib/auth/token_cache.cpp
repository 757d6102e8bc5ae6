#include "auth/token_cache.h"

#include <openssl/sha.h>
#include <utility>

#include "auth/openssl_handle.h"

namespace freshet::auth {

TokenCache::Digest TokenCache::digest_of(std::string_view token) {
  static_assert(std::tuple_size_v<Digest> == SHA256_DIGEST_LENGTH);
  Digest digest{};
  SHA256(bytes_of(token), token.size(), digest.data());
  return digest;
}

const VerifiedToken* TokenCache::find(const Digest& digest) {
  const auto found = by_digest_.find(digest);
  if (found == by_digest_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return &found->second->token;
}

void TokenCache::insert(const Digest& digest, VerifiedToken token) {
  if (capacity_ == 0) return;
  erase(digest);
  if (entries_.size() == capacity_) {
    by_digest_.erase(entries_.back().digest);
    entries_.pop_back();
  }
  entries_.push_front({digest, std::move(token)});
  by_digest_.emplace(digest, entries_.begin());
}

void TokenCache::erase(const Digest& digest) {
  const auto found = by_digest_.find(digest);
  if (found == by_digest_.end()) return;
  entries_.erase(found->second);
  by_digest_.erase(found);
}

void TokenCache::clear() {
  by_digest_.clear();
  entries_.clear();
}

}  // namespace freshet::auth
