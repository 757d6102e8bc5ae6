#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/clock.h"
#include "base/keyed_hash.h"
#include "broker/backplane.h"
#include "broker/control_bus.h"
#include "broker/dataset.h"

namespace freshet::broker {

/// The embedded backplane: one process, nothing to install, the same ids, rings and proofs as with Redis. Gone when
/// the process ends; clients of an earlier one are told to reload.
///
/// The application owns it; the clock outlives it.
class MemoryBackplane final : public Backplane, public ControlBus {
 public:
  /// `epoch` must differ from that of every earlier process.
  MemoryBackplane(base::Clock& clock, Dataset::Options options, std::string epoch);

  void start(Backplane::Observer& observer) override;
  void subscribe(const std::vector<std::string_view>& channels) override;
  void unsubscribe(const std::vector<std::string_view>& channels) override;
  void mark(std::uint64_t nonce) override;
  void sync(Id highest_seen, std::string_view epoch) override;
  void read_history(std::string_view channel) override;
  void publish(Publication publication, std::function<void(PublishResult)> done) override;
  void replace_subscriber(std::string_view /*reason*/) override {}  // there is no link that could fail
  [[nodiscard]] std::string trouble() const override { return {}; }
  void set_control_observer(ControlBus::Observer& observer) override { control_ = &observer; }
  void broadcast(std::string message, Sent done) override;
  /// Nothing is kept: the only one who could read it has it, and both end together.
  void store_bar(BarRequest bar, Stored done) override;
  void read_bars(BarsRead done) override;

 private:
  /// Hands `callback` to the next turn of the loop, in order: nothing ever calls back from inside a call.
  void post(std::function<void()> callback);
  void run_posted();
  void sweep();
  [[nodiscard]] Dataset::Server server() const;
  [[nodiscard]] Dataset::Bus bus();

  base::Clock& clock_;
  Dataset dataset_;
  std::string epoch_;
  Backplane::Observer* observer_ = nullptr;
  ControlBus::Observer* control_ = nullptr;
  std::unordered_set<std::string, base::KeyedHash> subscribed_;
  std::deque<std::function<void()>> posted_;
  std::unique_ptr<base::Timer> turn_;
  std::unique_ptr<base::Timer> sweep_;
};

}  // namespace freshet::broker
