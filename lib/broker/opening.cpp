// The hub's one way to open a stream: for the first time, after a reconnect, after trouble, for the next page.

#include <algorithm>
#include <utility>

#include "broker/hub.h"
#include "broker/proof.h"

namespace freshet::broker {
namespace {

/// After very many channels were confirmed at once, their list gives its memory back.
constexpr std::size_t kKeptUnmarked = 1024;

/// Without making a string of a name that is known.
void count(std::map<std::string, std::uint64_t, std::less<>>& counter, std::string_view name) {
  const auto known = counter.find(name);
  ++(known == counter.end() ? counter[std::string(name)] : known->second);
}

}  // namespace

void Hub::open_marked(std::uint64_t nonce) {
  std::erase_if(unmarked_, [&](const Unmarked& unmarked) {
    if (!marks_.covers(nonce, unmarked.stamp)) return false;
    auto& channel = *unmarked.channel;
    channel.marked = true;
    channel.head = last_mark_;
    with_log(channel, [&](ChannelLog& log) { log.start(last_mark_); });
    return true;
  });
  if (unmarked_.empty() && unmarked_.capacity() > kKeptUnmarked) unmarked_.shrink_to_fit();
  // A stream became ready with the last of its channels' confirmations, so these are marked now.
  for (auto* next = ready_.front(); next != nullptr && marks_.covers(nonce, next->stamp); next = ready_.front()) {
    begin(next->stream);
  }
  fresh_ = {};
  send_reads();
}

void Hub::begin(Subscription& stream) {
  auto& opening = *stream.opening_;
  opening.mark = last_mark_;
  for (auto& standing : opening.standings) standing.tried = false;
  const bool fresh = !stream.opened_ && opening.cursor.kind == Cursor::Kind::kFresh;
  enter(stream, State::kReading);
  if (!fresh) return advance(stream);
  stream.opened_ = true;
  stream.floor_ = dataset_->floor;
  stream.sent_ = last_mark_;
  stream.resumed_ = sse::Resume::kFresh;
  count(counters_.resumes, stream.result());
  enter(stream, State::kLive);
  if (!fresh_) fresh_ = sse::stream_cursor(sse::Resume::kFresh, last_mark_);
  if (!stream.sink_.offer(fresh_, Pace::kLive)) stream.state_ = State::kClosed;
}

/// Where the stream's events begin: what it cannot continue from is replayed from the rings' beginning.
Id Hub::origin(const Subscription& stream) const {
  const auto& [kind, id] = stream.opening_->cursor;
  return kind == Cursor::Kind::kAt && id <= stream.opening_->mark ? id : 0;
}

/// Finishes from the logs, or has the rings read that these do not reach down to: once for all who need them.
void Hub::advance(Subscription& stream) {
  const Id from = origin(stream);
  bool complete = true;
  bool read = false;
  for (std::size_t i = 0; i < stream.memberships_.size(); ++i) {
    auto& channel = *stream.memberships_[i].channel;
    const auto& [proven, tried] = stream.opening_->standings[i];
    read = read || tried;
    if (tried || channel.log.base() <= std::min(from, proven)) continue;
    request_read(channel);
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
  reads_.want(channel.name());
}

void Hub::send_reads() {
  while (const auto* name = command_up_ ? reads_.next(log_bytes_) : nullptr) {
    auto* channel = channels_.find(*name);
    if (channel == nullptr || !channel->reading || channel->read_serial != 0) {
      reads_.skip();  // given up, or asked for twice, since it was queued
      continue;
    }
    channel->read_serial = reads_.send(channel->head);
    ++counters_.ring_reads;
    backplane_.read_history(channel->name());
  }
}

void Hub::on_history(std::string_view name, const History& history) {
  deliver_run();
  std::size_t bytes = 0;
  for (const auto record : history.records) bytes += record.size() + 2 * sizeof(Entry);
  const auto read = reads_.answered(bytes);
  auto* channel = channels_.find(name);
  // An answer to a read that was given up must not pass for that of a later one: it is older than that one's mark.
  if (channel != nullptr && channel->reading && read.channel == name && channel->read_serial == read.serial) {
    channel->reading = false;
    if (dataset_->floor != history.floor || dataset_->epoch != history.epoch) {
      for (auto* stream : channel->members) {  // history broke between the mark and this read
        if (stream->state_ == State::kReading) enter(*stream, State::kWaiting);
      }
      want_mark();
    } else {
      // A second read for somebody who came later takes all that there is: there shall be no third.
      const Id wanted = channel->cut ? 0 : lowest_wanted(*channel);
      auto ring = decode_ring(history, wanted, read.mark);
      // Rings live by ids, which the time may have left behind: an empty one may have expired before it went back.
      const Id now = std::max(history.now, dataset_->last);
      auto bound = history.readable && ring.readable ? prove_ring(ring.oldest, now, read.mark, *dataset_)
                                                     : Bound{read.mark, sse::ResetReason::kTrimmed};
      channel->cut = wanted > bound.base;
      if (channel->cut) bound = {wanted, sse::ResetReason::kTrimmed};
      // The log may reach further down than the ring, which was trimmed meanwhile.
      if (bound.base <= channel->log.base()) {
        with_log(*channel,
                 [&](ChannelLog& log) { log.merge(std::move(ring.entries), read.mark, bound.base, bound.reason); });
      }
      answer_readers(*channel);
      settle(*channel);
    }
  }
  send_reads();
}

/// Where the events begin that the channel's streams wait for: most clients have missed the end of a long ring.
Id Hub::lowest_wanted(const Channel& channel) const {
  Id lowest = channel.log.base();
  for (const auto* stream : channel.members) {
    if (!stream->opening_ || stream->opening_->cursor.kind == Cursor::Kind::kFresh) continue;
    const auto& [kind, id] = stream->opening_->cursor;
    const Id from = kind == Cursor::Kind::kAt && id <= last_mark_ ? id : 0;
    lowest = std::min({lowest, from, stream->opening_->standings[stream->place_of(channel)].proven});
  }
  return lowest;
}

/// The ring's entries above `above` and up to `upto`.
Hub::DecodedRing Hub::decode_ring(const History& history, Id above, Id upto) {
  DecodedRing ring;
  for (const auto bytes : history.records) {
    const auto record = decode_record(bytes);
    if (!record || record->id == 0 || (ring.oldest && record->id >= ring.oldest->id)) {
      ++counters_.rejected[record ? "duplicate" : record.error().message];
      if (is_of_other_version(record)) ring.readable = false;
      continue;
    }
    ring.oldest = *record;
    if (record->id > above && record->id <= upto) {
      ring.entries.push_back({record->id, sse::Frame::encode({record->id, record->event, record->data})});
    }
  }
  std::reverse(ring.entries.begin(), ring.entries.end());
  return ring;
}

void Hub::answer_readers(Channel& channel) {
  for (auto* stream : channel.members) {
    if (stream->state_ != State::kReading) continue;
    stream->opening_->standings[stream->place_of(channel)].tried = true;
    advance(*stream);
  }
}

std::optional<sse::ResetReason> Hub::refuse(const Subscription& stream) const {
  const auto& [kind, id] = stream.opening_->cursor;
  if (kind == Cursor::Kind::kUnknown) return sse::ResetReason::kUnknownId;
  if (kind != Cursor::Kind::kAt) return std::nullopt;
  const bool other_history = stream.opened_ && stream.floor_ != dataset_->floor;
  const auto reason = refuse_cursor(id, stream.opening_->mark, *dataset_);
  // A position that this stream has itself passed is no unknown id.
  if (other_history || (reason && stream.opened_)) return sse::ResetReason::kHistoryLost;
  return reason;
}

void Hub::finish(Subscription& stream) {
  auto& opening = *stream.opening_;
  const Id from = origin(stream);
  const bool earliest = !stream.opened_ && opening.cursor.kind == Cursor::Kind::kEarliest;
  auto reason = refuse(stream);
  std::vector<std::string_view> unproven;
  replay_.clear();
  for (std::size_t i = 0; i < stream.memberships_.size(); ++i) {
    const auto& channel = *stream.memberships_[i].channel;
    const auto& log = channel.log;
    const Id proven = std::exchange(opening.standings[i].proven, Opening::kAll);
    const auto missed = [&] {  // what was missed but lies below the stream's position cannot be sent in order any more
      return proven < from && log.above(proven).size() > log.above(from).size();
    };
    if (reason == sse::ResetReason::kUnknownId || reason == sse::ResetReason::kHistoryLost) {
      unproven.push_back(channel.name());
    } else if (!earliest && (log.base() > std::min(from, proven) || missed())) {
      const auto why = log.base() > std::min(from, proven) ? log.reason() : sse::ResetReason::kTrimmed;
      if (!reason || why == sse::ResetReason::kTrimmed) reason = why;
      unproven.push_back(channel.name());
    }
    for (const auto& entry : log.above(from)) replay_.push_back(&entry);
  }
  if (stream.memberships_.size() > 1) {
    std::sort(replay_.begin(), replay_.end(), [](const Entry* a, const Entry* b) { return a->id < b->id; });
  }

  const Id below = replay_.empty() ? std::max<Id>(opening.mark, 1) : replay_.front()->id - 1;
  sse::FramePtr first;
  if (!unproven.empty()) {
    stream.sent_ = below;
    first = sse::stream_reset(*reason, unproven, below);
    if (!stream.opened_) stream.reset_ = reason;
    count(stream.opened_ ? counters_.resets : counters_.resumes, name_of(*reason));
  } else if (!stream.opened_) {
    stream.sent_ = earliest ? below : from;
    stream.resumed_ = earliest ? sse::Resume::kEarliest : sse::Resume::kComplete;
    first = sse::stream_cursor(*stream.resumed_, stream.sent_);
    count(counters_.resumes, stream.result());
  }
  stream.opened_ = true;
  stream.floor_ = dataset_->floor;
  opening.cursor = {Cursor::Kind::kAt, std::max(stream.sent_, from)};
  if (first && !stream.sink_.offer(first, Pace::kLive)) return enter(stream, State::kClosed);

  for (const auto* entry : replay_) {
    if (!stream.sink_.offer(entry->frame, Pace::kReplay)) {
      opening.cursor = {Cursor::Kind::kAt, stream.sent_};
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
    hand_ = (hand_ + 1) % channels_.places();
    channels_.each_at(hand_, [&](Channel& channel) {
      if (channel.reading || channel.opening > 0) return;
      with_log(channel, [](ChannelLog& log) { log.trim(log.size() / 2); });
    });
  }
}

}  // namespace freshet::broker
