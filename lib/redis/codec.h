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
  /// Of the bytes that one reply may take on the wire: a bound on memory against a server that is none.
  static constexpr std::size_t kMaxReplyBytes = std::size_t{1} << 30U;
  /// Of all arrays of one reply; nesting is bounded by hiredis.
  static constexpr std::size_t kMaxElements = std::size_t{1} << 20U;
  /// What is best fed at once: hiredis moves the rest of its buffer to the front after every kilobyte.
  static constexpr std::size_t kPieceBytes = 4096;

  explicit ReplyReader(std::size_t max_reply_bytes = kMaxReplyBytes);
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  void feed(std::string_view bytes);
  /// The next whole reply; null until more bytes have come. It is the reader's own, and the next call makes another one
  /// of it, without an allocation: move it out to keep it. An error is a violation of the protocol or of a bound: the
  /// stream is lost, and the same error comes again.
  [[nodiscard]] base::Result<Reply*> take();

 private:
  struct Hiredis;

  std::unique_ptr<Hiredis> hiredis_;
  std::size_t max_reply_bytes_;
  /// Fed since the last whole reply.
  std::size_t pending_bytes_ = 0;
  std::optional<base::Error> error_;
};

/// Appends one command to `out` as it travels. At least one argument, the command's name.
void append_command(std::string& out, std::span<const std::string_view> arguments);

}  // namespace freshet::redis
