#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace freshet::http {

/// Collects one line of a request's framing at a time and holds it to the bytes that may stand there. llhttp forgives
/// bare line feeds and some control bytes; two servers that disagree on where a line ends can be played against each
/// other, so nothing reaches it that has not passed here. Owned by the parser.
class LineReader {
 public:
  enum class Status { kNeedMore, kLine, kBadByte, kTooLong };
  enum class Kind {
    kRequestLine,  ///< printable ASCII and spaces
    kField         ///< tabs and bytes from 0x80 as well
  };

  /// Takes bytes up to the end of the line; `used` says how many. `limit_bytes` bounds the line with its CRLF. The
  /// answer does not depend on how the bytes are cut into calls.
  Status feed(std::string_view bytes, std::size_t& used, Kind kind, std::size_t limit_bytes);
  /// What is there of the line; with its CRLF after kLine. Valid until the next call, and as long as the bytes are.
  [[nodiscard]] std::string_view line() const { return whole_.empty() ? std::string_view(line_) : whole_; }
  void clear() {
    line_.clear();
    whole_ = {};
  }

 private:
  /// The line if `bytes`, which nothing was kept before, begin with a whole and sound one; else empty.
  static std::string_view take_whole(std::string_view bytes, Kind kind, std::size_t limit_bytes);

  std::string line_;
  std::string_view whole_;  ///< a line that came in one piece is not copied
};

}  // namespace freshet::http
