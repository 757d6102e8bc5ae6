#include "server/stream_queue.h"

#include <algorithm>

namespace freshet::server {

std::size_t StreamQueue::gather(std::span<iovec> pieces) const {
  const std::size_t count = std::min(pieces.size(), frames_.size() - first_);
  for (std::size_t i = 0; i < count; ++i) {
    auto bytes = view(frames_[first_ + i]);
    if (i == 0) bytes.remove_prefix(offset_);
    pieces[i] = {const_cast<char*>(bytes.data()), bytes.size()};  // NOLINT: iovec serves reading and writing
  }
  return count;
}

void StreamQueue::consume(std::size_t bytes) {
  bytes_ -= bytes;
  while (bytes > 0) {
    const std::size_t left = view(frames_[first_]).size() - offset_;
    if (bytes < left) {
      offset_ += bytes;
      return;
    }
    bytes -= left;
    offset_ = 0;
    frames_[first_++] = {};
  }
  if (!empty()) return;
  first_ = 0;
  if (frames_.capacity() > 16) {
    frames_ = {};  // a burst is over: an idle stream should cost little
  } else {
    frames_.clear();
  }
}

}  // namespace freshet::server
