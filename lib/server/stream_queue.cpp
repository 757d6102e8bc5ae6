#include "server/stream_queue.h"

#include <algorithm>
#include <utility>

namespace freshet::server {
namespace {

constexpr std::size_t kFirstList = 16;
/// So many places of frames that were written are worth closing up.
constexpr std::size_t kEmptyPlaces = 64;

iovec piece(std::string_view bytes) {
  return {const_cast<char*>(bytes.data()), bytes.size()};  // iovec serves reading and writing
}

}  // namespace

void StreamQueue::push(const sse::FramePtr& frame) {
  if (!first_) {
    first_ = frame;
    return;
  }
  if (!more_) {
    more_ = std::make_unique<More>();
    more_->frames.reserve(kFirstList);
  }
  more_->frames.push_back(frame);
  more_->bytes += view(frame).size();
}

std::size_t StreamQueue::gather(std::span<iovec> pieces) const {
  if (!first_ || pieces.empty()) return 0;
  pieces[0] = piece(view(first_).substr(offset_));
  if (!more_) return 1;
  const std::size_t count = std::min(pieces.size() - 1, more_->frames.size() - more_->next);
  for (std::size_t i = 0; i < count; ++i) pieces[i + 1] = piece(view(more_->frames[more_->next + i]));
  return count + 1;
}

void StreamQueue::consume(std::size_t bytes) {
  while (bytes > 0) {
    const std::size_t left = view(first_).size() - offset_;
    if (bytes < left) {
      offset_ += static_cast<std::uint32_t>(bytes);
      return;
    }
    bytes -= left;
    pop();
  }
}

void StreamQueue::pop() {
  offset_ = 0;
  if (!more_) {
    first_ = {};
    return;
  }
  auto& [frames, next, behind_bytes] = *more_;
  first_ = std::move(frames[next++]);
  behind_bytes -= view(first_).size();
  if (next == frames.size()) {
    more_.reset();
  } else if (next >= kEmptyPlaces && next * 2 >= frames.size()) {
    // A client that is always a little behind never empties its queue.
    frames.erase(frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(next));
    next = 0;
  }
}

}  // namespace freshet::server
