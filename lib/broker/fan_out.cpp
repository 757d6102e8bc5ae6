// From a message to the streams that are live.

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "broker/hub.h"
#include "broker/record.h"

namespace freshet::broker {
namespace {

/// Ids further ahead of the clock than this are not believed before a mark confirms them: they may be forged, and such
/// evidence would be refused.
constexpr Id kFarFuture = Id{24} * 3600 * base::kMicrosecondsPerSecond;
constexpr std::size_t kMaxFannedOut = 1024;

}  // namespace

void Hub::on_message(std::string_view name, std::string_view bytes) {
  auto* channel = channels_.find(name);
  if (channel == nullptr) return;
  const bool bare = !is_record(bytes);
  const auto record = bare ? Record{0, 0, {}, bytes} : decode_record(bytes);
  if (!record) {
    ++counters_.rejected[record.error().message];
    if (is_of_other_version(record)) mistrust(*channel);
    return;
  }
  if (record->id == 0) {
    if (dataset_ && record->data.size() > dataset_->max_bytes) {
      ++counters_.rejected["too-large"];
      return;
    }
    ++counters_.live_received;
    return fan_out(*channel, 0, sse::Frame::encode({0, record->event, record->data}));
  }
  const auto now = dataset_ ? std::max(dataset_->last, dataset_->now) : static_cast<Id>(clock_.wall_us());
  if (record->id > now + kFarFuture) {
    ++counters_.rejected["future"];
    return mistrust(*channel);
  }
  ++counters_.durable_received;
  if (!channel->confirmed || !channel->marked) return;  // before the mark: whoever needs it reads the ring
  if (!fenced_) evidence_.delivered(record->id);
  if (record->id <= channel->head) ++counters_.rejected["duplicate"];
  if (record->id <= channel->head || record->prev > channel->head) return reopen(*channel, record->prev);
  channel->head = record->id;
  auto frame = sse::Frame::encode({record->id, record->event, record->data});
  if (fanned_out_.size() < kMaxFannedOut) fanned_out_.push_back(record->id);
  fan_out(*channel, record->id, frame);
  with_log(*channel, [&](ChannelLog& log) { log.append(record->id, std::move(frame)); });
  settle(*channel);
}

/// A message that may be an event although it cannot be delivered: the next mark and the ring tell.
void Hub::mistrust(Channel& channel) {
  if (channel.confirmed && channel.marked) reopen(channel, kMaxId);
}

/// To the channel's live streams, or into the run.
void Hub::fan_out(Channel& channel, Id id, const sse::FramePtr& frame) {
  const bool joins = batching_ && frame->size_bytes() <= Run::kSmallBytes;
  if (!joins || !run_.takes(channel, *frame)) deliver_run();
  if (!joins) return deliver(channel, id, frame);
  run_.add(channel, id, frame);
}

void Hub::deliver(const Channel& channel, Id id, const sse::FramePtr& frame) {
  for (auto* stream : channel.members) {
    if (stream->state_ != State::kLive) continue;
    if (!stream->sink_.offer(frame, Pace::kLive)) {
      stream->state_ = State::kClosed;
    } else if (id != 0) {
      stream->sent_ = id;
    }
  }
}

void Hub::deliver_run() {
  if (run_.empty()) return;
  const auto& channel = run_.channel();
  const auto frames = run_.frames();
  if (frames.size() == 1) {
    deliver(channel, run_.reached(1), frames.front());
  } else if (channel.members.size() > 0) {
    const auto joined = sse::Frame::join(frames);
    for (auto* stream : channel.members) {
      if (stream->state_ != State::kLive) continue;
      const auto taken = stream->sink_.offer_all(frames, joined);
      if (const Id reached = run_.reached(taken); reached != 0) stream->sent_ = reached;
      if (taken < frames.size()) stream->state_ = State::kClosed;
    }
  }
  run_.clear();
}

void Hub::on_batch_end() {
  batching_ = false;
  deliver_run();
}

/// History broke, or a message went missing on the way: the channel's log is worth nothing, and its streams re-open.
void Hub::reopen(Channel& channel, Id prev) {
  deliver_run();
  ++counters_.gaps;
  const Id head = channel.head;
  for (auto* stream : channel.members) {
    const bool was_live = stream->state_ == State::kLive;
    hold(*stream);
    if (!stream->opened_ || stream->state_ == State::kClosed || prev <= head) continue;
    // The missing events may lie below the last mark, so the mark is no position here: go back to what the client was
    // given, and take the channel as proven only up to its head.
    if (was_live) stream->opening_->cursor.id = stream->sent_;
    auto& proven = stream->opening_->standings[stream->place_of(channel)].proven;
    proven = std::min(proven, head);
  }
  forget_history(channel);
  want_mark();
}

}  // namespace freshet::broker
