#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "systemd.h"

namespace freshet {

/// Keeps the service manager informed: when the daemon is ready, what it is doing, that its loop turns, how long its
/// drain takes. Costs nothing without a service manager.
///
/// The application owns it. The clock and what `state` looks at outlive it.
class ServiceReport {
 public:
  struct State {
    std::string trouble;    ///< why it is not ready; empty: it is
    std::string backplane;  ///< what there is to say of it while nothing is wrong
    std::size_t streams = 0;
    std::size_t channels = 0;
  };

  /// Asks for the state from the loop only, a few times a second at most.
  ServiceReport(base::Clock& clock, std::function<State()> state);

  /// All listeners are open. The manager is told that the daemon is ready once it is; but while Redis is away, no later
  /// than after some seconds: streams are taken then, too, and a restart would not bring Redis back.
  void start();
  void reloading();
  /// Whether the configuration was taken: the status says so until it is.
  void reloaded(bool taken);
  /// From now on the streams are ended one after the other.
  void stopping();

 private:
  enum class Phase { kStarting, kRunning, kStopping };

  void look();
  void look_after(base::Duration delay);
  void keep_watchdog();
  [[nodiscard]] std::string describe(const State& state) const;

  base::Clock& clock_;
  std::function<State()> state_;
  systemd::Notifier notifier_;
  Phase phase_ = Phase::kStarting;
  base::Instant started_at_{};
  std::size_t streams_at_stop_ = 0;
  bool reload_failed_ = false;
  std::string said_;          ///< the last status
  std::string said_trouble_;  ///< what was wrong then
  base::Instant said_at_{};
  std::unique_ptr<base::Timer> look_timer_;
  std::unique_ptr<base::Timer> watchdog_timer_;
};

}  // namespace freshet
