#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "broker/backplane.h"

namespace freshet::bench {

/// A backplane that costs as little as one can: it counts what is asked of it, and confirms and marks when told to.
class QuietBackplane final : public broker::Backplane {
 public:
  QuietBackplane() {
    clock_.last = clock_.now = broker::Id{1'700'000'000'000'000};
    clock_.floor = 1;
    clock_.epoch = "epoch";
    clock_.ttl = clock_.ttl_before = std::uint64_t{3600} * 1'000'000;
    clock_.ring = 256;
    clock_.max_bytes = std::uint64_t{1} << 20U;
  }

  void start(Observer& observer) override { observer_ = &observer; }
  void subscribe(const std::vector<std::string_view>& channels) override { subscribed_ += channels.size(); }
  void unsubscribe(const std::vector<std::string_view>& channels) override { subscribed_ -= channels.size(); }
  void mark(std::uint64_t nonce) override { nonce_ = nonce; }
  void sync(broker::Id /*highest_seen*/, std::string_view /*epoch*/) override {}
  void read_history(std::string_view /*channel*/) override { ++reads_; }
  void publish(broker::Publication /*publication*/, std::function<void(broker::PublishResult)> done) override {
    done(tl::unexpected(broker::PublishError{}));
  }
  void replace_subscriber(std::string_view /*reason*/) override {}
  [[nodiscard]] std::string trouble() const override { return {}; }

  /// Both links come up.
  void connect() {
    observer_->on_command_up();
    observer_->on_synced(clock_);
    observer_->on_subscriber_up();
    deliver_mark();
  }
  /// Answers the mark that was asked for last.
  void deliver_mark() {
    clock_.last += 1;
    observer_->on_mark(nonce_, clock_);
  }
  /// The id of the next event.
  broker::Id next_id() { return ++clock_.last; }
  [[nodiscard]] std::size_t reads() const { return reads_; }

 private:
  Observer* observer_ = nullptr;
  broker::DatasetClock clock_;
  std::uint64_t nonce_ = 0;
  std::size_t subscribed_ = 0;
  std::size_t reads_ = 0;
};

}  // namespace freshet::bench
