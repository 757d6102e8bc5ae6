#include "auth/publish_keys.h"

#include <algorithm>
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "auth/identity.h"
#include "auth/openssl_handle.h"
#include "base/text.h"

namespace freshet::auth {
namespace {

constexpr std::string_view kHashPrefix = "sha256:";
constexpr std::size_t kMaxNameBytes = 64;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    line = base::trim(line);
    if (line.empty()) return words;
    const auto end = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, end));
    line.remove_prefix(end);
  }
}

bool read_hex(std::string_view hex, std::array<unsigned char, 32>& out) {
  if (hex.size() != 2 * out.size()) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto high = base::hex_value(hex[2 * i]);
    const auto low = base::hex_value(hex[2 * i + 1]);
    if (!high || !low) return false;
    out[i] = static_cast<unsigned char>(*high << 4U | *low);
  }
  return true;
}

}  // namespace

base::Result<PublishKeys::Entry> PublishKeys::parse_line(std::string_view line) {
  const auto words = words_of(line);
  if (words.size() < 3) return base::fail("not a name, a hash and one or more globs");
  Entry entry;
  entry.publisher.name = words[0];
  if (words[0].size() > kMaxNameBytes || words[0].starts_with(kHashPrefix) ||
      base::printable(words[0], kMaxNameBytes) != words[0]) {
    return base::fail("the name is not 1 to " + std::to_string(kMaxNameBytes) + " printable ASCII characters");
  }
  // The word is not quoted: a key may have been put in its hash's place.
  if (!words[1].starts_with(kHashPrefix) || !read_hex(words[1].substr(kHashPrefix.size()), entry.digest)) {
    return base::fail("the second word is not sha256: and 64 hex digits");
  }
  for (auto word = words.begin() + 2; word != words.end(); ++word) {
    if (word->size() > kMaxGlobBytes)
      return base::fail("a glob of more than " + std::to_string(kMaxGlobBytes) + " bytes");
    entry.publisher.globs.emplace_back(*word);
  }
  return entry;
}

base::Result<PublishKeys> PublishKeys::parse(std::string_view contents) {
  PublishKeys keys;
  std::string errors;
  std::size_t number = 0;
  for (auto line : base::split(contents, '\n')) {
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    line = base::trim(line);
    if (line.empty() || line.starts_with('#')) continue;
    auto entry = parse_line(line);
    const auto same = [&](const Entry& other) { return other.digest == entry->digest; };
    if (entry && std::any_of(keys.entries_.begin(), keys.entries_.end(), same)) {
      entry = base::fail("the same key as an earlier line");
    }
    if (entry && keys.entries_.size() == kMaxKeys)
      entry = base::fail("more than " + std::to_string(kMaxKeys) + " keys");
    if (entry) {
      keys.entries_.push_back(std::move(*entry));
      continue;
    }
    errors += (errors.empty() ? "line " : "; line ") + std::to_string(number) + ": " + entry.error().message;
  }
  if (!errors.empty()) return base::fail(std::move(errors));
  return keys;
}

const Publisher* PublishKeys::find(std::string_view key) const {
  if (key.size() < kMinKeyBytes) return nullptr;
  Digest digest{};
  SHA256(bytes_of(key), key.size(), digest.data());
  const Publisher* found = nullptr;
  for (const auto& entry : entries_) {  // to the end, whatever matched
    if (CRYPTO_memcmp(entry.digest.data(), digest.data(), digest.size()) == 0) found = &entry.publisher;
  }
  return found;
}

}  // namespace freshet::auth
