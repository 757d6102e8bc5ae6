#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "broker/backplane.h"

namespace freshet::broker {

/// Ring reads, so paced that their answers stay within a budget of memory: as many at once as fit at the size of the
/// largest ring seen lately, and always one, so that everybody gets through. Nothing is known of the rings before the
/// first answers, so each burst begins with `kFirstReads` and doubles what is under way with each round of answers.
class ReadQueue {
 public:
  static constexpr std::size_t kFirstReads = 16;

  /// A read that was sent. Answers come in the order in which the reads went out.
  struct Sent {
    std::string channel;
    std::uint32_t serial = 0;
    Id mark = 0;  ///< the channel's head at that moment
  };

  explicit ReadQueue(std::size_t budget_bytes) : budget_bytes_(budget_bytes) {}

  void want(std::string_view channel) { waiting_.emplace_back(channel); }
  /// The next channel to read, if the budget allows it beside `held_bytes` that are in use already; otherwise null.
  [[nodiscard]] const std::string* next(std::size_t held_bytes) const;
  /// `next()` is read now, while its head is at `mark`; the serial is never 0.
  std::uint32_t send(Id mark);
  /// `next()` need not be read any more.
  void skip() { waiting_.pop_front(); }
  /// The answer to the oldest read has come and took `bytes`.
  Sent answered(std::size_t bytes);
  /// The link is gone: nothing that was sent will be answered. What only waits is dropped, too.
  void clear();

 private:
  std::deque<std::string> waiting_;
  std::deque<Sent> sent_;
  std::size_t budget_bytes_;
  std::size_t expected_bytes_ = 4096;
  std::size_t most_sent_ = kFirstReads;
  std::uint32_t serial_ = 0;
};

}  // namespace freshet::broker
