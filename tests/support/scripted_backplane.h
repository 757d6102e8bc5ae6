#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/backplane.h"

namespace freshet::test {

/// A backplane that does nothing by itself: it writes down what is asked of it, and answers when the test says so, from
/// a clock and rings that the test fills. `settle` plays the part of one that works.
class ScriptedBackplane final : public broker::Backplane {
 public:
  using Id = broker::Id;
  static constexpr Id kSecond = 1'000'000;
  static constexpr Id kStart = 10'000 * kSecond;

  struct Sync {
    Id highest = 0;
    std::string epoch;
    friend bool operator==(const Sync&, const Sync&) = default;
  };
  struct Published {
    broker::Publication publication;
    std::function<void(broker::PublishResult)> done;
  };

  ScriptedBackplane() {
    clock.last = clock.now = kStart;
    clock.floor = kStart - 9'000 * kSecond;
    clock.epoch = "e1";
    clock.ttl = clock.ttl_before = 3'600 * kSecond;
    clock.ring = 256;
    clock.max_bytes = 1'000;
  }

  void start(Observer& to) override { observer = &to; }
  void subscribe(const std::vector<std::string_view>& channels) override {
    for (const auto channel : channels) {
      subscribed.emplace_back(channel);
      unconfirmed.emplace_back(channel);
    }
  }
  void unsubscribe(const std::vector<std::string_view>& channels) override {
    for (const auto channel : channels) unsubscribed.emplace_back(channel);
    most_unsubscribed_at_once = std::max(most_unsubscribed_at_once, channels.size());
  }
  void mark(std::uint64_t nonce) override {
    marks.push_back(nonce);
    ++marks_sent;
  }
  void sync(Id highest, std::string_view epoch) override {
    syncs.push_back({highest, std::string(epoch)});
    ++unanswered_syncs;
  }
  void read_history(std::string_view channel) override {
    reads.emplace_back(channel);
    ++reads_sent[std::string(channel)];
  }
  void publish(broker::Publication publication, std::function<void(broker::PublishResult)> done) override {
    published.push_back({std::move(publication), std::move(done)});
  }
  void replace_subscriber(std::string_view reason) override { replaced.emplace_back(reason); }
  [[nodiscard]] std::string trouble() const override { return trouble_text; }

  /// Both links come up.
  void connect() {
    observer->on_command_up();
    answer_sync();
    observer->on_subscriber_up();
  }
  void answer_sync() {
    --unanswered_syncs;
    const auto copy = clock;
    observer->on_synced(copy);
  }
  /// What was under way on the link is gone with it.
  void lose_subscriber() {
    unconfirmed.clear();
    marks.clear();
    observer->on_subscriber_down();
  }
  void lose_command() {
    reads.clear();
    marks.clear();
    unanswered_syncs = 0;
    observer->on_command_down();
  }
  void confirm() {
    const auto channel = take(unconfirmed);
    observer->on_confirmed(channel);
  }
  /// The oldest mark under way, with the clock as it is now.
  void deliver_mark() {
    const auto nonce = take(marks);
    clock.last = std::max(clock.last, clock.now);
    const auto copy = clock;
    observer->on_mark(nonce, copy);
  }
  /// The oldest ring read under way.
  void answer_read() {
    const auto channel = take(reads);
    answer(channel, history_of(channel));
  }
  [[nodiscard]] broker::History history_of(const std::string& channel) const {
    broker::History history;
    if (const auto ring = rings.find(channel); ring != rings.end()) {
      history.records.assign(ring->second.begin(), ring->second.end());
    }
    history.floor = clock.floor;
    history.epoch = clock.epoch;
    history.now = clock.now;
    return history;
  }
  void answer(const std::string& channel, const broker::History& history) { observer->on_history(channel, history); }
  /// Answers everything until nothing is left to answer.
  void settle() {
    while (unanswered_syncs > 0 || !unconfirmed.empty() || !reads.empty() || !marks.empty()) {
      if (unanswered_syncs > 0) {
        answer_sync();
      } else if (!unconfirmed.empty()) {
        confirm();
      } else if (!reads.empty()) {
        answer_read();
      } else {
        deliver_mark();
      }
    }
  }
  /// The server's clock moves on.
  void pass(Id span) { clock.now += span; }

  /// An event that nobody is told of; its id.
  Id lose(const std::string& channel, const std::string& data) {
    auto& ring = rings[channel];
    const Id prev = ring.empty() ? 0 : broker::decode_record(ring.front())->id;
    clock.last = std::max(clock.last + 1, clock.now);
    ring.push_front(broker::encode_record({clock.last, prev, {}, data}));
    return clock.last;
  }
  /// An event; its id.
  Id emit(const std::string& channel, const std::string& data) {
    const Id id = lose(channel, data);
    const std::string bytes = rings[channel].front();
    observer->on_message(channel, bytes);
    return id;
  }

  Observer* observer = nullptr;
  broker::DatasetClock clock;
  std::map<std::string, std::deque<std::string>, std::less<>> rings;  ///< newest first
  std::deque<std::string> unconfirmed;
  std::deque<std::uint64_t> marks;
  std::deque<std::string> reads;

  std::vector<std::string> subscribed;
  std::vector<std::string> unsubscribed;
  std::size_t most_unsubscribed_at_once = 0;
  std::vector<Sync> syncs;
  std::vector<Published> published;
  std::vector<std::string> replaced;
  std::map<std::string, int> reads_sent;
  int marks_sent = 0;
  int unanswered_syncs = 0;
  std::string trouble_text;

 private:
  template <class T>
  static T take(std::deque<T>& from) {
    T first = std::move(from.front());
    from.pop_front();
    return first;
  }
};

}  // namespace freshet::test
