#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace freshet::broker {

/// Refuses a user's older tokens for a time. Tokens tell whole seconds, and so do bars. Unix time.
struct Bar {
  std::string user{};
  std::int64_t issued_before_s = 0;  ///< tokens issued earlier are refused
  std::int64_t until_s = 0;          ///< from then on nothing is refused any more

  friend bool operator==(const Bar&, const Bar&) = default;
};

/// What instances tell each other besides events: control messages, which reach those that listen at that moment, and
/// bars, which are kept for those that come later. The backplane's other side; its messages and its replies come over
/// the same two links. All calls and callbacks are on the loop's thread; nothing calls back from inside a call.
class ControlBus {
 public:
  /// Who is called back.
  class Observer {
   public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    virtual ~Observer() = default;

    /// A link has come up: messages may have been missed until now, so the bars should be read.
    virtual void on_control_up() = 0;
    /// One's own messages come back, too. The bytes are unchecked, and valid during the call only.
    virtual void on_control(std::string_view message) = 0;
  };

  /// A bar to be kept.
  struct BarRequest {
    std::string user{};
    std::chrono::seconds lasting{0};  ///< from now on, at least 1 s
    /// None: whatever was issued until now, by the bus's own clock. A time in the future counts as now.
    std::optional<std::int64_t> issued_before_s{};
  };

  /// How many instances listened, or why nothing was sent.
  using Sent = std::function<void(base::Result<std::uint64_t>)>;
  /// The bar as it is kept now, or why it is not.
  using Stored = std::function<void(base::Result<Bar>)>;
  using BarsRead = std::function<void(base::Result<std::vector<Bar>>)>;

  ControlBus() = default;
  ControlBus(const ControlBus&) = delete;
  ControlBus& operator=(const ControlBus&) = delete;
  virtual ~ControlBus() = default;

  /// Called once, before the backplane starts; the observer outlives the last callback.
  virtual void set_control_observer(Observer& observer) = 0;
  /// Sends to all instances. An error while the link that sends is down.
  virtual void broadcast(std::string message, Sent done) = 0;
  /// Keeps the bar for all instances until it is over. Bars of one user become one that refuses what either refuses,
  /// so that repeats change nothing.
  virtual void store_bar(BarRequest bar, Stored done) = 0;
  /// All bars that are kept; some may be over.
  virtual void read_bars(BarsRead done) = 0;
};

}  // namespace freshet::broker
