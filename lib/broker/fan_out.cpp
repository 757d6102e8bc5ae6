// From a message to the streams that are live.

#include <algorithm>
#include <utility>

#include "broker/hub.h"
#include "broker/record.h"

namespace freshet::broker {
namespace {

/// Ids further ahead of the clock than this are forged: believing one would make every later sync fail.
constexpr Id kFarFuture = Id{24} * 3600 * 1'000'000;
constexpr std::size_t kMaxFannedOut = 1024;
/// A larger frame is worth a piece of its own: copying it costs more.
constexpr std::size_t kSmallBytes = std::size_t{2} << 10U;
/// Of one run: what one read from Redis may bring, and some more.
constexpr std::size_t kMostJoinedBytes = std::size_t{128} << 10U;
constexpr std::size_t kMostJoined = 1024;
static_assert(kMostJoined <= sse::Frame::kMaxJoined);

}  // namespace

void Hub::on_message(std::string_view name, std::string_view bytes) {
  auto* channel = channels_.find(name);
  if (channel == nullptr) return;
  const bool bare = !is_record(bytes);
  const auto record = bare ? Record{0, 0, {}, bytes} : decode_record(bytes);
  if (!record) {
    ++counters_.rejected[record.error().message];
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
    return;
  }
  ++counters_.durable_received;
  if (!channel->confirmed || !channel->marked) return;  // before the mark: whoever needs it reads the ring
  evidence_.delivered(record->id);
  if (record->id <= channel->head) ++counters_.rejected["duplicate"];
  if (record->id <= channel->head || record->prev > channel->head) return reopen(*channel, record->prev);
  channel->head = record->id;
  auto frame = sse::Frame::encode({record->id, record->event, record->data});
  if (fanned_out_.size() < kMaxFannedOut) fanned_out_.push_back(record->id);
  fan_out(*channel, record->id, frame);
  with_log(*channel, [&](ChannelLog& log) { log.append(record->id, std::move(frame)); });
  settle(*channel);
}

/// To the channel's live streams, or into its run, which they get as one frame.
void Hub::fan_out(Channel& channel, Id id, const sse::FramePtr& frame) {
  const auto bytes = frame->size_bytes();
  const bool joins = batching_ && bytes <= kSmallBytes;
  const bool full = run_.size() == kMostJoined || run_bytes_ + bytes > kMostJoinedBytes;
  if (run_channel_ != &channel || !joins || full) deliver_run();
  if (!joins) return deliver(channel, id, frame);
  run_channel_ = &channel;
  run_.push_back(frame);
  run_ids_.push_back(id);
  run_bytes_ += bytes;
}

void Hub::deliver(Channel& channel, Id id, const sse::FramePtr& frame) {
  for (auto* stream : channel.members) {
    if (stream->state_ != State::kLive) continue;
    if (!stream->sink_.offer(frame, Pace::kLive)) {
      stream->state_ = State::kClosed;
    } else if (id != 0) {
      stream->sent_ = id;
    }
  }
}

/// A stream is gone through once for all that has come, not once for each: with very many of them, each pass reads all
/// their memory anew.
void Hub::deliver_run() {
  if (run_channel_ == nullptr) return;
  auto& channel = *std::exchange(run_channel_, nullptr);
  if (run_.size() == 1) {
    deliver(channel, run_ids_.front(), run_.front());
  } else if (channel.members.size() > 0) {
    const auto joined = sse::Frame::join(run_);
    // Up to each of the events: the last one that has an id.
    for (std::size_t i = 1; i < run_ids_.size(); ++i) run_ids_[i] = std::max(run_ids_[i - 1], run_ids_[i]);
    for (auto* stream : channel.members) {
      if (stream->state_ != State::kLive) continue;
      const auto taken = stream->sink_.offer_all(run_, joined);
      if (taken > 0 && run_ids_[taken - 1] != 0) stream->sent_ = run_ids_[taken - 1];
      if (taken < run_.size()) stream->state_ = State::kClosed;
    }
  }
  run_.clear();
  run_ids_.clear();
  run_bytes_ = 0;
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
