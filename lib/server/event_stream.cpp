#include "server/event_stream.h"

namespace freshet::server {

bool EventStream::offer(const sse::FramePtr& frame, broker::Pace pace) {
  if (overflowed_) return false;
  if (has_room(frame->chunked().size(), pace)) {
    if (!frame->control()) {
      ++events_;
      ++statistics_.events_sent;
    }
    push(frame);
    return true;
  }
  (pace == broker::Pace::kReplay ? paused_ : overflowed_) = true;
  owner_.stream_changed();
  return false;
}

bool EventStream::has_room(std::size_t bytes, broker::Pace pace) const {
  if (queue_.empty()) return true;  // even the largest event gets through
  if (blocked_ && !charge_.has_room(bytes)) return false;
  const std::size_t waiting = queue_.size_bytes() + bytes;
  // A replay's page leaves room for the live events that come while it is being read.
  if (pace == broker::Pace::kReplay) return waiting <= buffer_bytes_ / 4;
  // Asking the kernel costs a call, so only when it may matter.
  if (waiting <= buffer_bytes_ / 4) return true;
  return waiting + owner_.unsent_bytes() <= buffer_bytes_;
}

void EventStream::push(const sse::FramePtr& frame) {
  queue_.push(frame);
  if (blocked_) charge_.set(queue_.size_bytes());
  owner_.stream_changed();
}

void EventStream::wrote(std::size_t bytes, bool blocked) {
  queue_.consume(bytes);
  blocked_ = blocked;
  charge_.set(blocked ? queue_.size_bytes() : 0);
}

void EventStream::drained() {
  if (!paused_) return;
  paused_ = false;
  if (subscription_) subscription_->resume();
}

}  // namespace freshet::server
