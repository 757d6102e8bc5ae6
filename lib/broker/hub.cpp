#include "broker/hub.h"

#include <algorithm>
#include <utility>

namespace freshet::broker {
namespace {

constexpr int kMissedProbesAllowed = 2;
/// A mark costs as much as opening a stream does. Redis answers in a fraction of a millisecond, so without a bound a
/// storm of streams would be opened three by three.
constexpr std::chrono::milliseconds kMarkSpacing{2};
constexpr double kMarksPerSecond = 500;
constexpr double kMarksAtOnce = 32;
/// Per turn of the loop: a millisecond or two, with what the backplane has to do for each.
constexpr std::size_t kReleasedAtOnce = 500;
constexpr std::size_t kIdleLookedAtAtOnce = 50'000;

}  // namespace

Subscription::~Subscription() { hub_.leave(*this); }

void Subscription::resume() {
  if (state_ != State::kPaused) return;
  hub_.deliver_run();
  hub_.enter(*this, State::kWaiting);
  hub_.want_mark();
}

std::string_view Subscription::result() const {
  if (reset_) return name_of(*reset_);
  return resumed_ ? name_of(*resumed_) : std::string_view();
}

std::vector<std::string_view> Subscription::channels() const {
  std::vector<std::string_view> names;
  names.reserve(memberships_.size());
  for (const auto& membership : memberships_) names.push_back(membership.channel->name());
  return names;
}

std::size_t Subscription::place_of(const Channel& channel) const {
  std::size_t place = 0;
  while (memberships_[place].channel != &channel) ++place;
  return place;
}

Hub::Hub(base::Clock& clock, Backplane& backplane, Options options)
    : clock_(clock),
      backplane_(backplane),
      options_(options),
      channels_(options.hash),
      reads_(options.replay_budget_bytes) {}

Hub::~Hub() = default;

void Hub::start() {
  last_mark_at_ = clock_.now();
  backplane_.start(*this);
  timer_ = clock_.after(options_.probe_interval, [this] { tick(); });
}

std::unique_ptr<Subscription> Hub::subscribe(const std::vector<std::string>& channels, Cursor cursor, Sink& sink) {
  deliver_run();
  std::unique_ptr<Subscription> stream(new Subscription(*this, sink));
  stream->opening_ = std::make_unique<Opening>(*stream, cursor, channels.size());
  stream->memberships_.reserve(static_cast<std::uint32_t>(channels.size()));
  std::vector<std::string_view> unsubscribed;
  for (const auto& name : channels) {
    const auto [channel, created] = channels_.find_or_add(name);
    if (created) unsubscribed.push_back(channel.name());
    if (!created && channel.members.empty()) note_used(channel);
    join(*stream, channel);
  }
  enter(*stream, State::kWaiting);
  if (subscriber_up_ && !unsubscribed.empty()) backplane_.subscribe(unsubscribed);
  want_mark();
  return stream;
}

void Hub::join(Subscription& stream, Channel& channel) {
  stream.memberships_.push_back({&channel, channel.members.size()});
  channel.members.push_back(&stream);
  if (!channel.confirmed) ++stream.opening_->unconfirmed;
}

void Hub::leave(Subscription& stream) {
  enter(stream, State::kClosed);
  for (const auto& [left, slot] : stream.memberships_) {
    auto& members = left->members;
    members.remove(slot);
    if (slot < members.size()) {
      auto& moved = *members[slot];
      moved.memberships_[moved.place_of(*left)].slot = slot;
    }
    if (members.empty()) note_idle(*left);
  }
}

void Hub::enter(Subscription& stream, State next) {
  const State previous = std::exchange(stream.state_, next);
  if (previous == next) return;
  switch (previous) {
    case State::kWaiting:
      if (stream.opening_->unconfirmed == 0) ready_.remove(*stream.opening_);
      break;
    case State::kReading:
      for (const auto& membership : stream.memberships_) --membership.channel->opening;
      break;
    case State::kPaused:
      for (const auto& membership : stream.memberships_) --membership.channel->paused;
      break;
    case State::kLive:
      stream.opening_ = std::make_unique<Opening>(stream, Cursor{Cursor::Kind::kAt, std::max(stream.sent_, last_mark_)},
                                                  stream.memberships_.size());
      // A server that was a replica for a while has skipped messages without a gap on the other channels: what vouches
      // for a channel is its own head and the last mark, not what came on another one.
      for (std::size_t i = 0; i < stream.memberships_.size(); ++i) {
        stream.opening_->standings[i].proven = std::max(stream.memberships_[i].channel->head, last_mark_);
      }
      break;
    case State::kClosed:
      break;
  }
  switch (next) {
    case State::kWaiting:
      if (stream.opening_->unconfirmed == 0) set_ready(*stream.opening_);
      break;
    case State::kReading:
      for (const auto& membership : stream.memberships_) ++membership.channel->opening;
      break;
    case State::kPaused:
      for (const auto& membership : stream.memberships_) ++membership.channel->paused;
      break;
    case State::kLive:
    case State::kClosed:
      stream.opening_.reset();
      break;
  }
  if (previous != State::kReading) return;
  // Only now, as a pause also keeps the logs from being trimmed.
  for (const auto& membership : stream.memberships_) settle(*membership.channel);
}

void Hub::set_ready(Opening& opening) {
  opening.stamp = marks_.stamp();
  ready_.push(opening);
}

void Hub::tick() {
  deliver_run();
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
  probe_sent_at_ = clock_.exact_now();
  backplane_.mark(marks_.send());
}

/// A waiting stream gets its mark at once, one in flight; in a storm of them they share one each few milliseconds.
void Hub::want_mark() {
  if (ready_.front() == nullptr || !subscriber_up_ || marks_.in_flight()) return;
  if (mark_rate_.take(clock_.now(), kMarksPerSecond, kMarksAtOnce)) return probe();
  if (!mark_timer_) {
    mark_timer_ = clock_.after(kMarkSpacing, [this] {
      mark_timer_.reset();
      want_mark();
    });
  }
}

void Hub::note_idle(Channel& channel) {
  channel.idle_slot = static_cast<std::uint32_t>(idle_.size());
  idle_.push_back({&channel, clock_.now()});
}

void Hub::note_used(const Channel& channel) {
  idle_[channel.idle_slot] = idle_.back();
  idle_[channel.idle_slot].channel->idle_slot = channel.idle_slot;
  idle_.pop_back();
}

/// Some per turn, as very many may fall idle at once.
void Hub::release_idle_channels() {
  if (releasing_ || idle_.empty()) return;
  idle_left_ = idle_.size();
  release_some();
}

/// From the end of the list on: what moves in it meanwhile moves towards the front, or has just fallen idle.
void Hub::release_some() {
  deliver_run();
  std::vector<Channel*> released;
  std::vector<std::string_view> names;
  bool any_unmarked = false;
  const auto now = clock_.now();
  idle_left_ = std::min(idle_left_, idle_.size());
  const auto stop = idle_left_ - std::min(idle_left_, kIdleLookedAtAtOnce);
  while (idle_left_ > stop && released.size() < kReleasedAtOnce) {
    const auto [channel, since] = idle_[--idle_left_];
    if (now - since < options_.linger || (subscriber_up_ && !channel->confirmed)) continue;
    channel->released = true;
    any_unmarked = any_unmarked || (channel->confirmed && !channel->marked);
    released.push_back(channel);
    names.push_back(channel->name());
    note_used(*channel);
  }
  if (idle_left_ > 0) {
    releasing_ = clock_.after(base::Duration::zero(), [this] {
      releasing_.reset();
      release_some();
    });
  }
  if (released.empty()) return;
  if (subscriber_up_) backplane_.unsubscribe(names);
  if (any_unmarked) std::erase_if(unmarked_, [](const Unmarked& unmarked) { return unmarked.channel->released; });
  for (auto* channel : released) {
    log_bytes_ -= channel->log.size_bytes();
    channels_.erase(*channel);
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
  const auto* channel = channels_.find(name);
  if (channel == nullptr) return {};
  const auto entries = channel->log.entries();
  return {channel->members.size(), entries.empty() ? 0 : entries.back().id};
}

void Hub::take_fanned_out(std::vector<Id>& ids) {
  ids.clear();
  std::swap(ids, fanned_out_);
}

void Hub::on_subscriber_up() {
  deliver_run();
  subscriber_up_ = true;
  missed_probes_ = 0;
  marks_.invalidate();
  std::vector<std::string_view> names;
  names.reserve(channels_.size());
  channels_.each([&](const Channel& channel) { names.push_back(channel.name()); });
  if (!names.empty()) backplane_.subscribe(names);
  probe();
}

void Hub::on_subscriber_down() {
  deliver_run();
  subscriber_up_ = false;
  marks_.invalidate();
  channels_.each([&](Channel& channel) {
    forget_history(channel);
    channel.confirmed = false;
  });
  unmarked_.clear();
  each_stream([&](Subscription& stream) {
    hold(stream);
    if (stream.state_ == State::kClosed) return;
    auto& opening = *stream.opening_;
    if (stream.state_ == State::kWaiting && opening.unconfirmed == 0) ready_.remove(opening);
    opening.unconfirmed = stream.memberships_.size();
  });
}

void Hub::on_command_up() {
  deliver_run();
  command_up_ = true;
  marks_.invalidate();
  show_evidence();
}

/// No mark before the answer: what it tells may be of another life of the dataset than the evidence.
void Hub::show_evidence() {
  synced_ = false;
  const auto claim = evidence_.claim();
  backplane_.sync(claim.highest, claim.epoch);
}

void Hub::on_command_down() {
  deliver_run();
  command_up_ = synced_ = false;
  marks_.invalidate();
  reads_.clear();
  channels_.each([](Channel& channel) { channel.reading = false; });
  each_stream([&](Subscription& stream) {
    if (stream.state_ == State::kReading) enter(stream, State::kWaiting);
  });
}

void Hub::on_confirmed(std::string_view name) {
  deliver_run();
  auto* channel = channels_.find(name);
  if (channel == nullptr || channel->confirmed) return;
  channel->confirmed = true;
  unmarked_.push_back({channel, marks_.stamp()});
  for (auto* stream : channel->members) {
    if (stream->state_ == State::kClosed || --stream->opening_->unconfirmed > 0) continue;
    if (stream->state_ == State::kWaiting) set_ready(*stream->opening_);
  }
  want_mark();
}

void Hub::hold(Subscription& stream) {
  if (stream.state_ == State::kLive || stream.state_ == State::kReading) enter(stream, State::kWaiting);
}

void Hub::hold_all() {
  each_stream([&](Subscription& stream) { hold(stream); });
}

void Hub::forget_history(Channel& channel) {
  channel.reading = channel.cut = false;
  channel.read_serial = 0;
  if (!channel.marked) return;
  channel.marked = false;
  with_log(channel, [](ChannelLog& log) { log.clear(); });
  unmarked_.push_back({&channel, 0});  // it was confirmed long ago
}

void Hub::forget_all_histories() {
  channels_.each([&](Channel& channel) { forget_history(channel); });
}

void Hub::on_fence(Id floor) {
  deliver_run();
  if (!dataset_ || floor == dataset_->floor) return;
  ++counters_.fences;
  fenced_ = true;
  hold_all();
  want_mark();
}

void Hub::on_mark(std::uint64_t nonce, const DatasetClock& clock) {
  deliver_run();
  missed_probes_ = 0;
  if (nonce == marks_.stamp()) counters_.last_probe = clock_.exact_now() - probe_sent_at_;
  last_mark_at_ = clock_.now();
  marks_.hear(nonce);
  if (!synced_) return;
  // A new life of the server beneath standing connections, or a history that began anew below what was seen of the old
  // one: that is shown first.
  if (!evidence_.agrees_with(clock)) return show_evidence();
  evidence_.marked(clock);
  fenced_ = false;
  // In another life what came over a standing connection proves nothing, even where no history was lost.
  if (dataset_ && (dataset_->floor != clock.floor || dataset_->epoch != clock.epoch)) {
    hold_all();
    forget_all_histories();
  }
  dataset_ = clock;
  last_mark_ = clock.last;
  if (marks_.counts(nonce)) open_marked(nonce);
  send_positions();
  want_mark();
}

void Hub::on_synced(const DatasetClock& clock) {
  deliver_run();
  if (const auto claim = evidence_.answered(clock)) return backplane_.sync(claim->highest, claim->epoch);
  if (!std::exchange(synced_, true)) probe();
}

/// The dataset will not come to know of what this process was told, as its time went back by more than a day: an end to
/// that history, as if this process had just started, instead of streams that wait for that day.
void Hub::on_evidence_refused() {
  deliver_run();
  evidence_ = {};
  hold_all();
  forget_all_histories();
  show_evidence();
}

/// Moves the cursor of idle streams forward before it grows too old to prove.
void Hub::send_positions() {
  const base::Duration ttl{static_cast<std::int64_t>(dataset_->ttl)};
  if (clock_.now() - last_positions_at_ < std::max<base::Duration>(ttl / 24, options_.probe_interval)) return;
  last_positions_at_ = clock_.now();
  const auto frame = sse::stream_cursor(sse::Resume::kPosition, last_mark_);
  each_stream([&](Subscription& stream) {
    if (stream.state_ != State::kLive || last_mark_ < stream.sent_ + dataset_->ttl / 3) return;
    if (stream.sink_.offer(frame, Pace::kLive)) {
      stream.sent_ = last_mark_;
    } else {
      stream.state_ = State::kClosed;
    }
  });
}

}  // namespace freshet::broker
