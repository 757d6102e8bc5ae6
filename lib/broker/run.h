#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "broker/channel.h"
#include "broker/record.h"
#include "sse/frame.h"

namespace freshet::broker {

/// Messages of one channel, one behind the other in what was read at once, that its live streams get as one frame in
/// one pass: with very many streams, a pass for each message reads all their memory anew.
class Run {
 public:
  /// A larger frame is worth a piece of its own: copying it costs more.
  static constexpr std::size_t kSmallBytes = std::size_t{2} << 10U;
  /// What one read from Redis may bring, and some more.
  static constexpr std::size_t kMostBytes = std::size_t{128} << 10U;
  static constexpr std::size_t kMostFrames = 1024;
  static_assert(kMostFrames <= sse::Frame::kMaxJoined);

  /// Whether the frame may stand behind what is there, of which it may also be the first.
  [[nodiscard]] bool takes(const Channel& channel, const sse::Frame& frame) const {
    return empty() ||
           (channel_ == &channel && frames_.size() < kMostFrames && bytes_ + frame.size_bytes() <= kMostBytes);
  }
  /// `id`: 0 for a live-only event.
  void add(Channel& channel, Id id, const sse::FramePtr& frame) {
    reached_.push_back(std::max(id, reached(frames_.size())));
    frames_.push_back(frame);
    bytes_ += frame->size_bytes();
    channel_ = &channel;
  }
  /// Keeps its memory for the next one.
  void clear() {
    frames_.clear();
    reached_.clear();
    bytes_ = 0;
  }

  [[nodiscard]] bool empty() const { return frames_.empty(); }
  /// Whose it is, unless it is empty.
  [[nodiscard]] Channel& channel() const { return *channel_; }
  [[nodiscard]] std::span<const sse::FramePtr> frames() const { return frames_; }
  /// The id that a stream is at with the first `count` frames; 0 if none of them has one.
  [[nodiscard]] Id reached(std::size_t count) const { return count == 0 ? 0 : reached_[count - 1]; }

 private:
  Channel* channel_ = nullptr;
  std::vector<sse::FramePtr> frames_;
  std::vector<Id> reached_;
  std::size_t bytes_ = 0;
};

}  // namespace freshet::broker
