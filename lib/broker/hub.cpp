#include "broker/hub.h"

#include <algorithm>
#include <utility>

#include "broker/record.h"

namespace freshet::broker {
namespace {

/// Ids further ahead of the clock than this are forged: believing one would make every later sync fail.
constexpr Id kFarFuture = Id{24} * 3600 * 1'000'000;
constexpr int kMissedProbesAllowed = 2;
constexpr std::size_t kMaxFannedOut = 1024;

}  // namespace

Subscription::~Subscription() { hub_.leave(*this); }

void Subscription::resume() {
  if (state_ != State::kPaused) return;
  hub_.enter(*this, State::kWaiting);
  hub_.want_mark();
}

std::vector<std::string_view> Subscription::channels() const {
  std::vector<std::string_view> names;
  for (const auto& membership : memberships_) names.push_back(membership.channel->name);
  return names;
}

Hub::Hub(base::Clock& clock, Backplane& backplane, Options options)
    : clock_(clock), backplane_(backplane), options_(options), reads_(options.replay_budget_bytes) {}

Hub::~Hub() = default;

void Hub::start() {
  last_mark_at_ = clock_.now();
  backplane_.start(*this);
  timer_ = clock_.after(options_.probe_interval, [this] { tick(); });
}

std::unique_ptr<Subscription> Hub::subscribe(const std::vector<std::string>& channels, Cursor cursor, Sink& sink) {
  std::unique_ptr<Subscription> stream(new Subscription(*this, sink, cursor));
  std::vector<std::string_view> unsubscribed;
  stream->memberships_.reserve(channels.size());
  for (const auto& name : channels) {
    auto& channel = need(name, unsubscribed);
    const auto place = static_cast<std::uint32_t>(stream->memberships_.size());
    stream->memberships_.push_back({&channel, static_cast<std::uint32_t>(channel.members.size())});
    channel.members.push_back({stream.get(), place});
    if (!channel.confirmed) ++stream->unconfirmed_;
  }
  stream->slot_ = static_cast<std::uint32_t>(streams_.size());
  streams_.push_back(stream.get());
  stream->state_ = State::kClosed;  // so that entering the first state leaves none
  enter(*stream, State::kWaiting);
  if (subscriber_up_ && !unsubscribed.empty()) backplane_.subscribe(unsubscribed);
  want_mark();
  return stream;
}

void Hub::leave(Subscription& stream) {
  enter(stream, State::kClosed);
  for (auto& membership : stream.memberships_) {
    auto& channel = *membership.channel;
    const auto last = channel.members.back();
    channel.members[membership.slot] = last;
    last.subscription->memberships_[last.place].slot = membership.slot;
    channel.members.pop_back();
    if (!channel.members.empty()) continue;
    channel.idle_since = clock_.now();
    channel.members.shrink_to_fit();
    if (!channel.idle) idle_.push_back(&channel);
    channel.idle = true;
  }
  streams_[stream.slot_] = streams_.back();
  streams_[stream.slot_]->slot_ = stream.slot_;
  streams_.pop_back();
}

void Hub::enter(Subscription& stream, State next) {
  const State previous = std::exchange(stream.state_, next);
  if (previous == next) return;
  switch (previous) {
    case State::kWaiting:
      waiting_[stream.waiting_slot_] = waiting_.back();
      waiting_[stream.waiting_slot_]->waiting_slot_ = stream.waiting_slot_;
      waiting_.pop_back();
      if (stream.unconfirmed_ == 0) --ready_waiting_;
      break;
    case State::kReading:
      for (const auto& membership : stream.memberships_) --membership.channel->opening;
      break;
    case State::kPaused:
      for (const auto& membership : stream.memberships_) --membership.channel->paused;
      break;
    case State::kLive:
      stream.cursor_ = {Cursor::Kind::kAt, std::max(stream.sent_, last_mark_)};
      break;
    case State::kClosed:
      break;
  }
  switch (next) {
    case State::kWaiting:
      stream.stamp_ = marks_.stamp();
      stream.waiting_slot_ = static_cast<std::uint32_t>(waiting_.size());
      waiting_.push_back(&stream);
      if (stream.unconfirmed_ == 0) ++ready_waiting_;
      break;
    case State::kReading:
      for (const auto& membership : stream.memberships_) ++membership.channel->opening;
      break;
    case State::kPaused:
      for (const auto& membership : stream.memberships_) ++membership.channel->paused;
      break;
    case State::kLive:
    case State::kClosed:
      break;
  }
  if (previous != State::kReading) return;
  // Only now, as a pause also keeps the logs from being trimmed.
  for (const auto& membership : stream.memberships_) settle(*membership.channel);
}

Channel* Hub::find(std::string_view name) {
  const auto found = channels_.find(name);
  return found == channels_.end() ? nullptr : &found->second;
}

Channel& Hub::need(std::string_view name, std::vector<std::string_view>& unsubscribed) {
  const auto [found, created] = channels_.try_emplace(std::string(name));
  auto& channel = found->second;
  if (created) {
    channel.name = found->first;
    channel.slot = static_cast<std::uint32_t>(channel_list_.size());
    channel_list_.push_back(&channel);
    unmarked_.push_back(&channel);
    unsubscribed.push_back(channel.name);
  }
  return channel;
}

void Hub::tick() {
  if (subscriber_up_ && missed_probes_ >= kMissedProbesAllowed) {
    backplane_.replace_subscriber("two probes were not delivered");
  } else if (subscriber_up_ && synced_) {
    ++missed_probes_;
  }
  probe();
  release_idle_channels();
  timer_ = clock_.after(options_.probe_interval, [this] { tick(); });
}

void Hub::probe() {
  if (!synced_) return;
  last_probe_sent_at_ = clock_.now();
  backplane_.mark(marks_.send());
}

/// A waiting stream gets its mark at once, one in flight.
void Hub::want_mark() {
  if (ready_waiting_ > 0 && subscriber_up_ && !marks_.in_flight()) probe();
}

void Hub::release_idle_channels() {
  std::vector<std::string_view> released;
  const auto keep = [&](Channel* channel) {
    if (!channel->members.empty()) {
      channel->idle = false;
      return false;
    }
    if (clock_.now() - channel->idle_since < options_.linger) return true;
    if (subscriber_up_ && !channel->confirmed) return true;
    released.push_back(channel->name);
    return false;
  };
  std::erase_if(idle_, [&](Channel* channel) { return !keep(channel); });
  if (released.empty()) return;
  if (subscriber_up_) backplane_.unsubscribe(released);
  for (const auto name : released) {
    const auto found = channels_.find(name);
    auto& channel = found->second;
    log_bytes_ -= channel.log.size_bytes();
    channel_list_[channel.slot] = channel_list_.back();
    channel_list_[channel.slot]->slot = channel.slot;
    channel_list_.pop_back();
    if (!channel.marked) std::erase(unmarked_, &channel);
    channels_.erase(found);
  }
}

std::string Hub::trouble() const {
  if (auto reason = backplane_.trouble(); !reason.empty()) return reason;
  if (!subscriber_up_ || !command_up_) return "the backplane is not connected";
  const auto age = clock_.now() - last_mark_at_;
  if (!dataset_ || age > options_.probe_interval * (kMissedProbesAllowed + 1)) {
    return "no probe came back for " + std::to_string(age / std::chrono::milliseconds(1)) + " ms";
  }
  return {};
}

Hub::ChannelView Hub::view(std::string_view name) const {
  const auto found = channels_.find(name);
  if (found == channels_.end()) return {};
  const auto entries = found->second.log.entries();
  return {found->second.members.size(), entries.empty() ? 0 : entries.back().id};
}

std::vector<Id> Hub::take_fanned_out() { return std::exchange(fanned_out_, {}); }

void Hub::on_subscriber_up() {
  subscriber_up_ = true;
  missed_probes_ = 0;
  marks_.invalidate();
  std::vector<std::string_view> names;
  names.reserve(channel_list_.size());
  for (const auto* channel : channel_list_) names.push_back(channel->name);
  if (!names.empty()) backplane_.subscribe(names);
  probe();
}

void Hub::on_subscriber_down() {
  subscriber_up_ = false;
  marks_.invalidate();
  for (auto* channel : channel_list_) {
    forget_history(*channel);
    channel->confirmed = false;
  }
  for (auto* stream : streams_) {
    hold(*stream);
    if (stream->state_ == State::kWaiting && stream->unconfirmed_ == 0) --ready_waiting_;
    stream->unconfirmed_ = static_cast<std::uint32_t>(stream->memberships_.size());
  }
}

void Hub::on_command_up() {
  command_up_ = true;
  marks_.invalidate();
  show_evidence();
}

/// No mark before the answer: what it tells may be of another life of the dataset than the evidence.
void Hub::show_evidence() {
  synced_ = false;
  backplane_.sync(highest_seen_, epoch_);
}

void Hub::on_command_down() {
  command_up_ = synced_ = false;
  marks_.invalidate();
  reads_.clear();
  for (auto* channel : channel_list_) channel->reading = false;
  for (auto* stream : streams_) {
    if (stream->state_ == State::kReading) enter(*stream, State::kWaiting);
  }
}

void Hub::on_confirmed(std::string_view name) {
  auto* channel = find(name);
  if (channel == nullptr || channel->confirmed) return;
  channel->confirmed = true;
  channel->stamp = marks_.stamp();
  for (const auto& member : channel->members) {
    auto& stream = *member.subscription;
    if (--stream.unconfirmed_ > 0) continue;
    stream.stamp_ = marks_.stamp();
    if (stream.state_ == State::kWaiting) ++ready_waiting_;
  }
  want_mark();
}

void Hub::on_message(std::string_view name, std::string_view bytes) {
  auto* channel = find(name);
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
    return deliver_live(*channel, *record);
  }
  const auto now = dataset_ ? std::max(dataset_->last, dataset_->now) : static_cast<Id>(clock_.wall_us());
  if (record->id > now + kFarFuture) {
    ++counters_.rejected["future"];
    return;
  }
  ++counters_.durable_received;
  // Before the mark nobody is given it: whoever needs it reads the ring. Nor is it evidence, since it may be of a later
  // life of the dataset than the one that was last told of.
  if (!channel->confirmed || !channel->marked) return;
  highest_seen_ = std::max(highest_seen_, record->id);
  if (record->id <= channel->head) ++counters_.rejected["duplicate"];
  if (record->id <= channel->head || record->prev > channel->head) return reopen(*channel, record->prev);
  channel->head = record->id;
  auto frame = sse::Frame::encode({record->id, record->event, record->data});
  if (fanned_out_.size() < kMaxFannedOut) fanned_out_.push_back(record->id);
  for (const auto& member : channel->members) {
    auto& stream = *member.subscription;
    if (stream.state_ != State::kLive) continue;
    if (stream.sink_.offer(frame, Pace::kLive)) {
      stream.sent_ = record->id;
    } else {
      stream.state_ = State::kClosed;
    }
  }
  with_log(*channel, [&](ChannelLog& log) { log.append(record->id, std::move(frame)); });
  settle(*channel);
}

void Hub::deliver_live(Channel& channel, const Record& record) {
  const auto frame = sse::Frame::encode({0, record.event, record.data});
  for (const auto& member : channel.members) {
    auto& stream = *member.subscription;
    if (stream.state_ == State::kLive && !stream.sink_.offer(frame, Pace::kLive)) stream.state_ = State::kClosed;
  }
}

/// History broke, or a message went missing on the way: the channel's log is worth nothing, and its streams re-open.
void Hub::reopen(Channel& channel, Id prev) {
  ++counters_.gaps;
  const Id head = channel.head;
  for (const auto& member : channel.members) {
    auto& stream = *member.subscription;
    const bool was_live = stream.state_ == State::kLive;
    hold(stream);
    if (!stream.opened_ || prev <= head) continue;
    // The missing events may lie below the last mark, so the mark is no position here: go back to what the client was
    // given, and take the channel as proven only up to its head.
    if (was_live) stream.cursor_.id = stream.sent_;
    auto& proven = stream.memberships_[member.place].proven;
    proven = std::min(proven, head);
  }
  forget_history(channel);
  want_mark();
}

void Hub::hold(Subscription& stream) {
  if (stream.state_ == State::kLive || stream.state_ == State::kReading) enter(stream, State::kWaiting);
}

void Hub::hold_all() {
  for (auto* stream : streams_) hold(*stream);
}

void Hub::forget_history(Channel& channel) {
  channel.reading = false;
  channel.read_serial = 0;
  if (!channel.marked) return;
  channel.marked = false;
  with_log(channel, [](ChannelLog& log) { log.clear(); });
  unmarked_.push_back(&channel);
}

void Hub::forget_all_histories() {
  for (auto* channel : channel_list_) forget_history(*channel);
}

void Hub::on_fence(Id floor) {
  if (!dataset_ || floor == dataset_->floor) return;
  ++counters_.fences;
  hold_all();
  want_mark();
}

void Hub::on_mark(std::uint64_t nonce, const DatasetClock& clock) {
  missed_probes_ = 0;
  if (nonce == marks_.stamp()) counters_.last_probe = clock_.now() - last_probe_sent_at_;
  last_mark_at_ = clock_.now();
  marks_.hear(nonce);
  if (!synced_) return;
  // A new life of the server beneath standing connections: what was seen of the old one is shown first.
  if (clock.epoch != epoch_) return show_evidence();
  const Id seen_before = std::exchange(highest_seen_, std::max(highest_seen_, clock.last));
  if (dataset_ && dataset_->floor != clock.floor) {
    hold_all();
    forget_all_histories();
    // A fence below what this process has seen: the dataset does not know how much it forgot.
    if (clock.floor < seen_before && command_up_) backplane_.sync(highest_seen_, {});
  }
  dataset_ = clock;
  last_mark_ = clock.last;
  if (marks_.counts(nonce)) open_marked(nonce);
  send_positions();
  want_mark();
}

void Hub::on_synced(const DatasetClock& clock) {
  epoch_ = clock.epoch;
  highest_seen_ = std::max(highest_seen_, clock.last);
  if (!std::exchange(synced_, true)) probe();
}

/// Moves the cursor of idle streams forward before it grows too old to prove.
void Hub::send_positions() {
  const base::Duration ttl{static_cast<std::int64_t>(dataset_->ttl)};
  if (clock_.now() - last_positions_at_ < std::max<base::Duration>(ttl / 24, options_.probe_interval)) return;
  last_positions_at_ = clock_.now();
  const auto frame = sse::stream_cursor(sse::Resume::kPosition, last_mark_);
  for (auto* stream : streams_) {
    if (stream->state_ != State::kLive || last_mark_ < stream->sent_ + dataset_->ttl / 3) continue;
    if (stream->sink_.offer(frame, Pace::kLive)) {
      stream->sent_ = last_mark_;
    } else {
      stream->state_ = State::kClosed;
    }
  }
}

}  // namespace freshet::broker
