#include "broker/memory_backplane.h"

#include <algorithm>
#include <utility>

namespace freshet::broker {
namespace {

constexpr std::chrono::seconds kSweepInterval{60};

}  // namespace

MemoryBackplane::MemoryBackplane(base::Clock& clock, Dataset::Options options, std::string epoch)
    : clock_(clock), dataset_(options), epoch_(std::move(epoch)) {}

void MemoryBackplane::start(Backplane::Observer& observer) {
  observer_ = &observer;
  post([this] { observer_->on_command_up(); });
  post([this] { observer_->on_subscriber_up(); });
  sweep_ = clock_.after(kSweepInterval, [this] { sweep(); });
}

void MemoryBackplane::subscribe(const std::vector<std::string_view>& channels) {
  for (const auto channel : channels) {
    subscribed_.emplace(channel);
    post([this, name = std::string(channel)] { observer_->on_confirmed(name); });
  }
}

void MemoryBackplane::unsubscribe(const std::vector<std::string_view>& channels) {
  for (const auto channel : channels) subscribed_.erase(std::string(channel));
}

void MemoryBackplane::mark(std::uint64_t nonce) {
  auto now = dataset_.mark(server(), bus());
  post([this, nonce, now = std::move(now)] { observer_->on_mark(nonce, now); });
}

void MemoryBackplane::sync(Id highest_seen, std::string_view epoch) {
  auto now = dataset_.sync(server(), highest_seen, epoch, bus());
  post([this, now = std::move(now)] { observer_->on_synced(now); });
}

void MemoryBackplane::read_history(std::string_view channel) {
  // The ring as it is when the answer is given: later than the request, which only adds what the log has, too.
  post([this, name = std::string(channel)] {
    History history;
    const auto& ring = dataset_.ring(name, server().now);
    history.records.assign(ring.begin(), ring.end());
    history.floor = dataset_.clock().floor;
    history.epoch = dataset_.clock().epoch;
    history.now = server().now;
    observer_->on_history(name, history);
  });
}

void MemoryBackplane::publish(Publication publication, std::function<void(PublishResult)> done) {
  auto result = dataset_.publish(server(), publication, bus());
  post([done = std::move(done), result = std::move(result)] { done(result); });
}

void MemoryBackplane::broadcast(std::string message, Sent done) {
  post([this, message = std::move(message), done = std::move(done)] {
    if (control_ != nullptr) control_->on_control(message);
    done(control_ == nullptr ? 0U : 1U);
  });
}

void MemoryBackplane::store_bar(BarRequest bar, Stored done) {
  // A token of this very second may be older than the request.
  const auto now_s = clock_.wall_s();
  const auto before_s = std::min(bar.issued_before_s.value_or(now_s + 1), now_s + 1);
  post([done = std::move(done), stored = Bar{std::move(bar.user), before_s, now_s + bar.lasting.count()}] {
    done(stored);
  });
}

void MemoryBackplane::read_bars(BarsRead done) {
  post([done = std::move(done)] { done(std::vector<Bar>()); });
}

void MemoryBackplane::post(std::function<void()> callback) {
  posted_.push_back(std::move(callback));
  if (!turn_) turn_ = clock_.after(base::Duration::zero(), [this] { run_posted(); });
}

void MemoryBackplane::run_posted() {
  const auto done = std::move(turn_);
  for (auto left = posted_.size(); left > 0; --left) {
    const auto callback = std::move(posted_.front());
    posted_.pop_front();
    callback();
  }
}

void MemoryBackplane::sweep() {
  dataset_.expire(server().now);
  sweep_ = clock_.after(kSweepInterval, [this] { sweep(); });
}

Dataset::Server MemoryBackplane::server() const {
  return {static_cast<Id>(std::max<std::int64_t>(clock_.wall_us(), 1)), epoch_};
}

Dataset::Bus MemoryBackplane::bus() {
  return {
      [this](std::string_view channel, std::string_view bytes) {
        std::string name(channel);
        if (!subscribed_.contains(name)) return;
        post([this, name = std::move(name), message = std::string(bytes)] { observer_->on_message(name, message); });
      },
      [this](Id floor) { post([this, floor] { observer_->on_fence(floor); }); }};
}

}  // namespace freshet::broker
