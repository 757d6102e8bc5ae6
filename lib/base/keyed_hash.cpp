#include "base/keyed_hash.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <sodium.h>

namespace freshet::base {
namespace {

constexpr std::size_t kHashBytes = crypto_shorthash_siphash24_BYTES;
static_assert(sizeof(std::size_t) <= kHashBytes);
static_assert(std::tuple_size_v<KeyedHash::Key> == crypto_shorthash_siphash24_KEYBYTES);

}  // namespace

KeyedHash::KeyedHash() : key_() {
  // Each value is 32 bits from the system, of which 8 are used.
  std::random_device random;
  std::generate(key_.begin(), key_.end(), [&random] { return static_cast<unsigned char>(random()); });
}

// By its full name: the short one would bring in a fifth of a megabyte of what else a key may be made with.
std::size_t KeyedHash::operator()(std::string_view text) const {
  std::array<unsigned char, kHashBytes> bytes{};
  // NOLINTNEXTLINE(*-reinterpret-cast)
  crypto_shorthash_siphash24(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                             key_.data());
  std::size_t hash = 0;
  std::memcpy(&hash, bytes.data(), sizeof hash);
  return hash;
}

}  // namespace freshet::base
