#include "server/event_stream.h"

namespace freshet::server {
namespace {

/// So much of its bound a queue may fill whatever the kernel holds.
constexpr std::size_t kEasyPart = 4;

}  // namespace

bool EventStream::offer(const sse::FramePtr& frame, broker::Pace pace) {
  if (overflowed_) return false;
  if (has_room(frame->chunked().size(), pace)) {
    take(frame);
    return true;
  }
  if (pace == broker::Pace::kReplay) {
    paused_ = true;
  } else {
    overflowed_ = true;
  }
  owner_.stream_changed();
  return false;
}

std::size_t EventStream::offer_all(std::span<const sse::FramePtr> frames, const sse::FramePtr& joined) {
  // Where it may matter how many fit, they are counted out one by one.
  if (overflowed_ || !has_easy_room(joined->chunked().size())) return Sink::offer_all(frames, joined);
  take(joined);
  return frames.size();
}

void EventStream::take(const sse::FramePtr& frame) {
  events_ += frame->events();
  owner_.statistics().events_sent += frame->events();
  push(frame);
}

bool EventStream::has_easy_room(std::size_t bytes) const {
  return !(blocked_ && !owner_.budget().has_room(bytes)) &&
         queue_.size_bytes() + bytes <= owner_.buffer_bytes() / kEasyPart;
}

bool EventStream::has_room(std::size_t bytes, broker::Pace pace) const {
  if (queue_.empty()) return true;  // even the largest event gets through
  if (blocked_ && !owner_.budget().has_room(bytes)) return false;
  const std::size_t waiting = queue_.size_bytes() + bytes;
  const std::size_t bound = owner_.buffer_bytes();
  // A replay's page leaves room for the live events that come while it is being read.
  if (pace == broker::Pace::kReplay) return waiting <= bound / kEasyPart;
  // Asking the kernel costs a call, so only when it may matter.
  if (waiting <= bound / kEasyPart) return true;
  return waiting + owner_.unsent_bytes() <= bound;
}

void EventStream::push(const sse::FramePtr& frame) {
  const auto before = charged_bytes();
  queue_.push(frame);
  if (blocked_) owner_.budget().charge(before, charged_bytes());
  owner_.stream_changed();
}

void EventStream::wrote(std::size_t bytes, bool blocked, base::Instant now) {
  const auto before = charged_bytes();
  queue_.consume(bytes);
  blocked_ = blocked;
  sent_bytes_ += bytes;
  if (bytes > 0) last_write_ms_ = milliseconds_of(now);
  if (const auto after = charged_bytes(); after != before) owner_.budget().charge(before, after);
}

void EventStream::drained() {
  if (!paused_) return;
  paused_ = false;
  if (subscription_) subscription_->resume();
}

StreamReport EventStream::report(std::string_view reason, base::Instant now) const {
  StreamReport report{visitor_, {}, now - opened_at_, events_, sent_bytes_, reason, {}};
  if (!subscription_) return report;
  report.channels = subscription_->channels();
  report.resume = subscription_->result();
  return report;
}

}  // namespace freshet::server
