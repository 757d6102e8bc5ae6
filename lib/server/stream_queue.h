#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <sys/uio.h>
#include <vector>

#include "sse/frame.h"

namespace freshet::server {

/// Frames that wait to be written to one client, by reference. Knows how far into the first one the kernel has come.
/// One frame, which is what mostly waits, needs no memory of its own; for more there is a list until all are written.
class StreamQueue {
 public:
  explicit StreamQueue(bool chunked) : chunked_(chunked) {}

  void push(const sse::FramePtr& frame);
  /// Fills `pieces` with what comes next; returns how many were filled.
  [[nodiscard]] std::size_t gather(std::span<iovec> pieces) const;
  /// The first `bytes` of what was gathered have been written.
  void consume(std::size_t bytes);

  [[nodiscard]] bool empty() const { return !first_; }
  /// What has not been handed to the kernel yet.
  [[nodiscard]] std::size_t size_bytes() const {
    if (!first_) return 0;
    return view(first_).size() - offset_ + (more_ ? more_->bytes : 0);
  }
  [[nodiscard]] bool chunked() const { return chunked_; }

 private:
  struct More {
    std::vector<sse::FramePtr> frames;
    std::size_t next = 0;
    std::size_t bytes = 0;
  };

  [[nodiscard]] std::string_view view(const sse::FramePtr& frame) const {
    return chunked_ ? frame->chunked() : frame->plain();
  }
  void pop();

  sse::FramePtr first_;
  std::unique_ptr<More> more_;  ///< behind the first
  std::uint32_t offset_ = 0;    ///< into the first frame
  bool chunked_;
};

}  // namespace freshet::server
