#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace freshet::auth {

inline constexpr std::size_t kMaxSubjectBytes = 200;
inline constexpr std::size_t kMaxGlobs = 256;  ///< in one list of globs
inline constexpr std::size_t kMaxGlobBytes = 200;

/// Who asks and what they may do, out of a verified token or of a trusted proxy's headers.
struct Identity {
  std::string subject{};                ///< empty: nobody by name, so there is no own channel
  std::vector<std::string> channels{};  ///< globs of the channels they may read, next to their own and the public ones
  std::vector<std::string> publish{};   ///< globs of the channels they may publish to
  std::optional<std::int64_t> expires_at{};  ///< Unix seconds, rounded down; none: for good
  std::optional<std::int64_t> issued_at{};   ///< Unix seconds, rounded down

  friend bool operator==(const Identity&, const Identity&) = default;
};

/// Nothing, if `subject` is 1–200 bytes without control characters; otherwise what is wrong.
base::Result<void> check_subject(std::string_view subject);

/// The identity that a trusted proxy names: `user` is the subject, `channels` globs separated by spaces (may be empty).
/// An error when the subject or a glob breaks its bounds. Whether the proxy is trusted is the caller's to know.
base::Result<Identity> identity_from_headers(std::string_view user, std::string_view channels);

}  // namespace freshet::auth
