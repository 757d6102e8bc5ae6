#pragma once

#include <memory>
#include <optional>

#include "base/clock.h"
#include "redis/link.h"
#include "redis/memory.h"

namespace freshet::redis {

/// Asks the server of a link how full it is: at each new connection, and every few seconds while it stands. A full
/// Redis refuses publishers only, so neither streams nor the delivery probe would show it. Writes to the log when the
/// server is full and when it is so no longer, and once that it evicts histories. Owned by the command link.
class ServerMemory {
 public:
  /// Both outlive it.
  ServerMemory(base::Clock& clock, Link& link) : clock_(clock), link_(link) {}

  /// In the link's `on_connected`; `stop` in its `on_lost`.
  void start() { ask(); }
  void stop();
  /// The latest answer. None: the link is down, or has not been answered.
  [[nodiscard]] const std::optional<Memory>& latest() const { return latest_; }

 private:
  void ask();
  void report();

  base::Clock& clock_;
  Link& link_;
  std::optional<Memory> latest_;
  std::unique_ptr<base::Timer> timer_;
  bool full_ = false;
  bool warned_of_eviction_ = false;
};

}  // namespace freshet::redis
