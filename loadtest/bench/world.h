#pragma once

#include <charconv>
#include <cstddef>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/hub.h"
#include "quiet_backplane.h"
#include "support/manual_clock.h"

/// What the micro-benchmarks and the counting of instructions have in common: the same work, prepared in the same way.
namespace freshet::bench {

inline constexpr std::size_t kPayloadBytes = 200;

/// Keeps the latest frame by reference, as a stream's queue does until the end of the turn.
class LastFrameSink final : public broker::Sink {
 public:
  [[nodiscard]] bool offer(const sse::FramePtr& frame, broker::Pace /*pace*/) override {
    last_ = frame;
    return true;
  }
  [[nodiscard]] std::size_t offer_all(std::span<const sse::FramePtr> frames, const sse::FramePtr& joined) override {
    last_ = joined;
    return frames.size();
  }

 private:
  sse::FramePtr last_;
};

/// A hub with streams on a backplane that costs nothing.
class World {
 public:
  explicit World(broker::Hub::Options options = {}) : hub_(clock_, backplane_, repeatable(options)) {
    hub_.start();
    backplane_.connect();
  }

  static std::string channel_name(std::size_t number) { return "user:" + std::to_string(10'000'000 + number); }

  /// Opens a stream on each of the channels, and makes it live if all is confirmed before.
  void open(const std::vector<std::string>& channels, broker::Cursor cursor = {}) {
    sinks_.emplace_back();
    streams_.push_back(hub_.subscribe(channels, cursor, sinks_.back()));
  }
  void confirm(std::string_view channel) { hub_.on_confirmed(channel); }
  /// Marks everything that was confirmed before.
  void settle() {
    clock_.advance(std::chrono::seconds(1));
    backplane_.deliver_mark();
  }
  /// `streams` live streams on one channel.
  void open_many(std::size_t streams, const std::string& channel) {
    const std::vector<std::string> channels{channel};
    for (std::size_t i = 0; i < streams; ++i) open(channels);
    confirm(channel);
    settle();
  }
  /// A live stream on each of so many channels.
  void open_spread(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto name = channel_name(i);
      open({name});
      confirm(name);
    }
    settle();
  }
  /// Closes the streams that were opened last.
  void close(std::size_t count) {
    for (; count > 0; --count) {
      streams_.pop_back();
      sinks_.pop_back();
    }
  }

  /// A durable event; its id.
  broker::Id publish(std::string_view channel) {
    const auto id = backplane_.next_id();
    write_record(id);
    hub_.on_message(channel, record_);
    return id;
  }

  [[nodiscard]] broker::Hub& hub() { return hub_; }
  [[nodiscard]] QuietBackplane& backplane() { return backplane_; }

 private:
  /// Names in the same places each time: the same count of instructions.
  static broker::Hub::Options repeatable(broker::Hub::Options options) {
    options.hash = base::KeyedHash(base::KeyedHash::Key{});
    return options;
  }

  /// Without an allocation, so that what is counted is the hub's.
  void write_record(broker::Id id) {
    constexpr std::size_t kHead = 3;
    std::to_chars(record_.data() + kHead, record_.data() + kHead + kIdDigits, id);
  }

  static constexpr std::size_t kIdDigits = 16;
  test::ManualClock clock_;
  QuietBackplane backplane_;
  broker::Hub hub_;
  std::deque<LastFrameSink> sinks_;
  std::vector<std::unique_ptr<broker::Subscription>> streams_;
  std::string record_ = broker::encode_record({1'700'000'000'000'000, 0, "note", std::string(kPayloadBytes, 'x')});
};

}  // namespace freshet::bench
