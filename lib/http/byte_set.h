#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace freshet::http {

/// Which bytes may stand somewhere, as a table: a request's head is looked at byte by byte more than once.
class ByteSet {
 public:
  template <class Predicate>
  constexpr explicit ByteSet(Predicate is_member) {
    for (std::size_t byte = 0; byte < members_.size(); ++byte) members_[byte] = is_member(static_cast<char>(byte));
  }

  [[nodiscard]] constexpr bool has(char c) const { return members_[static_cast<unsigned char>(c)]; }
  [[nodiscard]] bool has_all_of(std::string_view text) const {
    return std::all_of(text.begin(), text.end(), [this](char c) { return has(c); });
  }

 private:
  std::array<bool, 256> members_{};
};

/// Letters, digits and the bytes of `more`.
constexpr ByteSet alphanumerics_and(std::string_view more) {
  return ByteSet([more](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

}  // namespace freshet::http
