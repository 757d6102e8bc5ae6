#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace freshet::auth {

/// Who holds a publish key.
struct Publisher {
  std::string name;
  std::vector<std::string> globs;  ///< of the channels they may publish to
  friend bool operator==(const Publisher&, const Publisher&) = default;
};

/// The keys of `ops.publish_keys_file`. One per line: `name sha256:<64 hex digits> glob[ glob…]`; `#` begins a comment
/// line. A name may come twice, so that a key can be replaced without a gap. The file holds hashes only, so reading it
/// gives nobody a key; hence the keys themselves must be random, not chosen:
///
///     key=$(openssl rand -hex 32)
///     echo "backend sha256:$(printf %s "$key" | sha256sum | cut -d' ' -f1) news:*"
///
/// Owned by the application, replaced as a whole on reload.
class PublishKeys {
 public:
  static constexpr std::size_t kMinKeyBytes = 16;
  static constexpr std::size_t kMaxKeys = 1000;

  /// No keys at all.
  PublishKeys() = default;
  /// From the file's contents. The error names every bad line by its number, and never quotes a hash.
  static base::Result<PublishKeys> parse(std::string_view contents);

  /// The holder of `key`, valid while these keys stand; null when nobody holds it or it is under kMinKeyBytes. The time
  /// taken does not tell which entry matched or by how many bytes.
  [[nodiscard]] const Publisher* find(std::string_view key) const;
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  using Digest = std::array<unsigned char, 32>;
  struct Entry {
    Digest digest{};
    Publisher publisher;
  };
  static base::Result<Entry> parse_line(std::string_view line);

  std::vector<Entry> entries_;
};

}  // namespace freshet::auth
