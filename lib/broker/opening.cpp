// The hub's one way to open a stream: for the first time, after a reconnect, after trouble, for the next page.

#include <algorithm>
#include <iterator>
#include <utility>

#include "broker/hub.h"
#include "broker/proof.h"

namespace freshet::broker {

void Hub::open_marked(std::uint64_t nonce) {
  std::erase_if(unmarked_, [&](Channel* channel) {
    if (!channel->confirmed || !marks_.covers(nonce, channel->stamp)) return false;
    channel->marked = true;
    channel->head = last_mark_;
    with_log(*channel, [&](ChannelLog& log) { log.start(last_mark_); });
    return true;
  });
  std::vector<Subscription*> covered;
  for (auto* stream : waiting_) {
    const auto marked = [](const auto& membership) { return membership.channel->marked; };
    if (stream->unconfirmed_ == 0 && marks_.covers(nonce, stream->stamp_) &&
        std::all_of(stream->memberships_.begin(), stream->memberships_.end(), marked)) {
      covered.push_back(stream);
    }
  }
  for (auto* stream : covered) begin(*stream);
  send_reads();
}

void Hub::begin(Subscription& stream) {
  stream.mark_ = last_mark_;
  for (auto& membership : stream.memberships_) membership.tried = false;
  enter(stream, State::kReading);
  if (stream.opened_ || stream.cursor_.kind != Cursor::Kind::kFresh) return advance(stream);
  stream.opened_ = true;
  stream.floor_ = dataset_->floor;
  stream.sent_ = last_mark_;
  stream.result_ = name_of(sse::Resume::kFresh);
  ++counters_.resumes[std::string(stream.result_)];
  enter(stream, State::kLive);
  if (!stream.sink_.offer(sse::stream_cursor(sse::Resume::kFresh, last_mark_), Pace::kLive)) {
    stream.state_ = State::kClosed;
  }
}

/// Where the stream's events begin: what it cannot continue from is replayed from the rings' beginning.
Id Hub::origin(const Subscription& stream) const {
  return stream.cursor_.kind == Cursor::Kind::kAt && stream.cursor_.id <= stream.mark_ ? stream.cursor_.id : 0;
}

/// Finishes from the logs, or has the rings read that these do not reach down to: once for all who need them.
void Hub::advance(Subscription& stream) {
  const Id from = origin(stream);
  bool complete = true;
  bool read = false;
  for (auto& membership : stream.memberships_) {
    read = read || membership.tried;
    if (membership.tried || membership.channel->log.base() <= std::min(from, membership.proven)) continue;
    request_read(*membership.channel);
    complete = false;
  }
  if (!complete) return;
  if (!read && !stream.opened_) ++counters_.answered_from_log;
  finish(stream);
}

void Hub::request_read(Channel& channel) {
  if (channel.reading) return;
  channel.reading = true;
  channel.read_serial = 0;
  reads_.want(channel.name);
}

void Hub::send_reads() {
  while (const auto* name = command_up_ ? reads_.next(log_bytes_) : nullptr) {
    auto* channel = find(*name);
    if (channel == nullptr || !channel->reading || channel->read_serial != 0) {
      reads_.skip();  // given up, or asked for twice, since it was queued
      continue;
    }
    channel->read_serial = reads_.send();
    channel->read_mark = channel->head;
    ++counters_.ring_reads;
    backplane_.read_history(channel->name);
  }
}

void Hub::on_history(std::string_view name, const History& history) {
  std::size_t bytes = 0;
  for (const auto record : history.records) bytes += record.size() + 2 * sizeof(Entry);
  const auto read = reads_.answered(bytes);
  auto* channel = find(name);
  // An answer to a read that was given up must not pass for that of a later one: it is older than that one's mark.
  if (channel != nullptr && channel->reading && read.channel == name && channel->read_serial == read.serial) {
    channel->reading = false;
    if (dataset_->floor != history.floor || dataset_->epoch != history.epoch) {
      for (const auto& member : channel->members) {  // history broke between the mark and this read
        if (member.subscription->state_ == State::kReading) enter(*member.subscription, State::kWaiting);
      }
      want_mark();
    } else {
      std::optional<Record> oldest;
      auto entries = decode_ring(history, channel->read_mark, oldest);
      const auto bound = history.readable ? prove_ring(oldest, history.now, channel->read_mark, *dataset_)
                                          : Bound{channel->read_mark, sse::ResetReason::kTrimmed};
      with_log(*channel,
               [&](ChannelLog& log) { log.merge(std::move(entries), channel->read_mark, bound.base, bound.reason); });
      answer_readers(*channel);
      settle(*channel);
    }
  }
  send_reads();
}

/// The ring's entries up to `upto`, oldest first, and its oldest record whatever its id.
std::vector<ChannelLog::Entry> Hub::decode_ring(const History& history, Id upto, std::optional<Record>& oldest) {
  std::vector<Entry> entries;
  for (const auto bytes : history.records) {
    const auto record = decode_record(bytes);
    if (!record || record->id == 0 || (oldest && record->id >= oldest->id)) {
      ++counters_.rejected[record ? "duplicate" : record.error().message];
      continue;
    }
    oldest = *record;
    if (record->id <= upto) {
      entries.push_back({record->id, sse::Frame::encode({record->id, record->event, record->data})});
    }
  }
  std::reverse(entries.begin(), entries.end());
  return entries;
}

void Hub::answer_readers(Channel& channel) {
  for (const auto& member : channel.members) {
    auto& stream = *member.subscription;
    if (stream.state_ != State::kReading) continue;
    stream.memberships_[member.place].tried = true;
    advance(stream);
  }
}

std::optional<sse::ResetReason> Hub::refuse(const Subscription& stream) const {
  if (stream.cursor_.kind == Cursor::Kind::kUnknown) return sse::ResetReason::kUnknownId;
  if (stream.cursor_.kind != Cursor::Kind::kAt) return std::nullopt;
  const bool other_history = stream.opened_ && stream.floor_ != dataset_->floor;
  const auto reason = refuse_cursor(stream.cursor_.id, stream.mark_, *dataset_);
  // A position that this stream has itself passed is no unknown id.
  if (other_history || (reason && stream.opened_)) return sse::ResetReason::kHistoryLost;
  return reason;
}

void Hub::finish(Subscription& stream) {
  const Id from = origin(stream);
  const bool earliest = !stream.opened_ && stream.cursor_.kind == Cursor::Kind::kEarliest;
  auto reason = refuse(stream);
  std::vector<std::string_view> unproven;
  std::vector<const Entry*> entries;
  for (auto& membership : stream.memberships_) {
    const auto& log = membership.channel->log;
    const Id proven = std::exchange(membership.proven, std::numeric_limits<Id>::max());
    const auto missed = [&] {  // what was missed but lies below the stream's position cannot be sent in order any more
      return proven < from && log.above(proven).size() > log.above(from).size();
    };
    if (reason == sse::ResetReason::kUnknownId || reason == sse::ResetReason::kHistoryLost) {
      unproven.push_back(membership.channel->name);
    } else if (!earliest && (log.base() > std::min(from, proven) || missed())) {
      const auto why = log.base() > std::min(from, proven) ? log.reason() : sse::ResetReason::kTrimmed;
      if (!reason || why == sse::ResetReason::kTrimmed) reason = why;
      unproven.push_back(membership.channel->name);
    }
    for (const auto& entry : log.above(from)) entries.push_back(&entry);
  }
  if (stream.memberships_.size() > 1) {
    std::sort(entries.begin(), entries.end(), [](const Entry* a, const Entry* b) { return a->id < b->id; });
  }

  const Id below = entries.empty() ? std::max<Id>(stream.mark_, 1) : entries.front()->id - 1;
  sse::FramePtr opening;
  if (!unproven.empty()) {
    stream.sent_ = below;
    opening = sse::stream_reset(*reason, unproven, below);
    if (!stream.opened_) stream.result_ = name_of(*reason);
    ++(stream.opened_ ? counters_.resets : counters_.resumes)[std::string(name_of(*reason))];
  } else if (!stream.opened_) {
    const auto resume = earliest ? sse::Resume::kEarliest : sse::Resume::kComplete;
    stream.sent_ = earliest ? below : from;
    opening = sse::stream_cursor(resume, stream.sent_);
    stream.result_ = name_of(resume);
    ++counters_.resumes[std::string(stream.result_)];
  }
  stream.opened_ = true;
  stream.floor_ = dataset_->floor;
  stream.cursor_ = {Cursor::Kind::kAt, std::max(stream.sent_, from)};
  if (opening && !stream.sink_.offer(opening, Pace::kLive)) return enter(stream, State::kClosed);

  for (const auto* entry : entries) {
    if (!stream.sink_.offer(entry->frame, Pace::kReplay)) {
      stream.cursor_ = {Cursor::Kind::kAt, stream.sent_};
      return enter(stream, State::kPaused);
    }
    stream.sent_ = entry->id;
    ++counters_.replayed;
  }
  enter(stream, State::kLive);
}

/// Trims a log that nobody needs whole, and keeps all of them within the budget.
void Hub::settle(Channel& channel) {
  if (channel.reading || channel.opening > 0) return;
  if (channel.paused == 0 || log_bytes_ > options_.replay_budget_bytes) {
    with_log(channel, [&](ChannelLog& log) { log.trim(options_.log_events); });
  }
  if (log_bytes_ > options_.replay_budget_bytes) evict();
}

/// Halves the logs of the channels in turn, some at a time, until all fit.
void Hub::evict() {
  constexpr std::size_t kStepsAtOnce = 64;
  for (std::size_t step = 0; step < kStepsAtOnce && log_bytes_ > options_.replay_budget_bytes; ++step) {
    hand_ = (hand_ + 1) % channel_list_.size();
    auto& channel = *channel_list_[hand_];
    if (channel.reading || channel.opening > 0) continue;
    with_log(channel, [](ChannelLog& log) { log.trim(log.size() / 2); });
  }
}

}  // namespace freshet::broker
