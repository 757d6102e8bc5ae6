#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "broker/record.h"
#include "sse/control.h"
#include "sse/frame.h"

namespace freshet::broker {

/// The recent events of one channel as frames, complete above `base()`: it answers most returning clients without a
/// read. Knows nothing of streams; the hub says when it may be trimmed. Takes no memory of its own while it is empty,
/// as most logs are.
class ChannelLog {
 public:
  struct Entry {
    Id id = 0;
    sse::FramePtr frame;
  };

  /// Empty, complete above `at`.
  void start(Id at);
  /// `id` is above everything in the log.
  void append(Id id, sse::FramePtr frame);
  /// Replaces everything up to and including `upto` by what a ring held (ascending), now complete above `base`.
  void merge(std::vector<Entry> older, Id upto, Id base, sse::ResetReason why_not_below);
  /// Drops the oldest until `events` are left; raises the base.
  void trim(std::size_t events);
  /// Empty and complete above nothing; gives its memory back.
  void clear();

  [[nodiscard]] Id base() const { return base_; }
  /// Why nothing below the base can be proven.
  [[nodiscard]] sse::ResetReason reason() const { return reason_; }
  [[nodiscard]] std::span<const Entry> entries() const {
    return held_ ? std::span(held_->entries).subspan(held_->first) : std::span<const Entry>();
  }
  /// The entries above `id`.
  [[nodiscard]] std::span<const Entry> above(Id id) const;
  [[nodiscard]] std::size_t size() const { return held_ ? held_->entries.size() - held_->first : 0; }
  [[nodiscard]] std::size_t size_bytes() const { return held_ ? held_->bytes : 0; }

 private:
  struct Held {
    std::vector<Entry> entries{};  ///< ascending; those before `first` have been trimmed
    std::size_t first = 0;
    std::size_t bytes = 0;
  };

  void set_base(Id base) { base_ = base & kMaxId; }

  std::unique_ptr<Held> held_;
  Id base_ : 56 = 0;  ///< an id has 53 bits
  sse::ResetReason reason_ : 8 = sse::ResetReason::kTrimmed;
};

}  // namespace freshet::broker
