#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "redis/reply.h"

namespace freshet::redis {

/// Makes replies out of a stream of bytes, cut anywhere. Owned by the connection.
class ReplyReader {
 public:
  /// Of one text, and of all texts of a reply: a bound on memory against a server that is none.
  static constexpr std::size_t kMaxTextBytes = std::size_t{1} << 30U;
  /// Of all arrays of one reply; nesting is bounded by hiredis.
  static constexpr std::size_t kMaxElements = std::size_t{1} << 20U;
  /// What is best fed at once: hiredis moves the rest of its buffer to the front after every kilobyte.
  static constexpr std::size_t kPieceBytes = 4096;

  /// A reply with more texts than `max_reply_bytes` is cut, but never its first text.
  explicit ReplyReader(std::size_t max_reply_bytes = kMaxTextBytes, std::size_t max_text_bytes = kMaxTextBytes);
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  void feed(std::string_view bytes);
  /// The next whole reply; null until more bytes have come. It is the reader's own, and the next call makes another one
  /// of it, without an allocation: move it out to keep it. It may be cut. An error is a violation of the protocol, or a
  /// single text or an array beyond its bound: the stream is lost, and the same error comes again.
  [[nodiscard]] base::Result<Reply*> take();

 private:
  struct Hiredis;

  std::unique_ptr<Hiredis> hiredis_;
  std::size_t max_text_bytes_;
  std::optional<base::Error> error_;
};

/// Appends one command to `out` as it travels. At least one argument, the command's name.
void append_command(std::string& out, std::span<const std::string_view> arguments);
/// How much that appends.
std::size_t command_bytes(std::span<const std::string_view> arguments);

}  // namespace freshet::redis
