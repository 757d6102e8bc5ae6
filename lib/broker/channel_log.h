#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "broker/record.h"
#include "sse/control.h"
#include "sse/frame.h"

namespace freshet::broker {

/// The recent events of one channel as frames, complete above `base()`: it answers most returning clients without a
/// read. Knows nothing of streams; the hub says when it may be trimmed.
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
  [[nodiscard]] std::span<const Entry> entries() const { return std::span(entries_).subspan(first_); }
  /// The entries above `id`.
  [[nodiscard]] std::span<const Entry> above(Id id) const;
  [[nodiscard]] std::size_t size() const { return entries_.size() - first_; }
  [[nodiscard]] std::size_t size_bytes() const { return bytes_; }

 private:
  std::vector<Entry> entries_;  ///< ascending; those before first_ have been trimmed
  std::size_t first_ = 0;
  std::size_t bytes_ = 0;
  Id base_ = 0;
  sse::ResetReason reason_ = sse::ResetReason::kTrimmed;
};

}  // namespace freshet::broker
