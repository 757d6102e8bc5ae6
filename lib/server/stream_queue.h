#pragma once

#include <cstddef>
#include <span>
#include <sys/uio.h>
#include <vector>

#include "sse/frame.h"

namespace freshet::server {

/// Frames that wait to be written to one client, by reference. Knows how far into the first one the kernel has come.
class StreamQueue {
 public:
  explicit StreamQueue(bool chunked) : chunked_(chunked) {}

  void push(const sse::FramePtr& frame) {
    bytes_ += view(frame).size();
    frames_.push_back(frame);
  }
  /// Fills `pieces` with what comes next; returns how many were filled.
  [[nodiscard]] std::size_t gather(std::span<iovec> pieces) const;
  /// The first `bytes` of what was gathered have been written.
  void consume(std::size_t bytes);

  [[nodiscard]] bool empty() const { return first_ == frames_.size(); }
  /// What has not been handed to the kernel yet.
  [[nodiscard]] std::size_t size_bytes() const { return bytes_; }
  [[nodiscard]] bool chunked() const { return chunked_; }

 private:
  [[nodiscard]] std::string_view view(const sse::FramePtr& frame) const {
    return chunked_ ? frame->chunked() : frame->plain();
  }

  std::vector<sse::FramePtr> frames_;
  std::size_t first_ = 0;
  std::size_t offset_ = 0;  ///< into the first frame
  std::size_t bytes_ = 0;
  bool chunked_;
};

}  // namespace freshet::server
