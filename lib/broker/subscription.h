#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "broker/channel.h"
#include "broker/one_or_more.h"
#include "broker/opening.h"
#include "broker/sink.h"
#include "sse/control.h"

namespace freshet::broker {

class Hub;

/// One client's stream on its channels. The connection owns it; destroying it unsubscribes. Its sink must live as long.
/// Never destroyed from inside Sink::offer.
class Subscription {
 public:
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  ~Subscription();

  /// The sink has room again after it refused a replayed frame: the next page.
  void resume();
  /// How the stream was opened: fresh, complete, earliest, or the reason of a reset; empty before that.
  [[nodiscard]] std::string_view result() const;
  [[nodiscard]] std::vector<std::string_view> channels() const;
  /// Whether the sink has been given the opening control event.
  [[nodiscard]] bool opened() const { return opened_; }
  /// The last id that the client was given; 0 before the opening control event.
  [[nodiscard]] Id last_id() const { return sent_; }

 private:
  friend class Hub;

  enum class State : std::uint8_t {
    kWaiting,  ///< for confirmations and a mark that covers it
    kReading,  ///< for the rings that the logs do not reach down to
    kLive,
    kPaused,  ///< in the middle of a replay, until the sink has room
    kClosed,  ///< the sink has fallen behind: nothing more is sent
  };

  struct Membership {
    Channel* channel;
    std::uint32_t slot;  ///< in the channel's members
  };

  Subscription(Hub& hub, Sink& sink) : sink_(sink), hub_(hub) {}

  /// The place of one of its channels among its memberships.
  [[nodiscard]] std::size_t place_of(const Channel& channel) const;

  // What a delivery needs comes first.
  Sink& sink_;
  Id sent_ = 0;  ///< the client's own cursor
  State state_ = State::kClosed;
  bool opened_ = false;  ///< the opening control event was sent
  std::optional<sse::Resume> resumed_;
  std::optional<sse::ResetReason> reset_;  ///< of the first opening
  Hub& hub_;
  Id floor_ = 0;                      ///< the history that the stream was opened under
  std::unique_ptr<Opening> opening_;  ///< while it waits, reads or is paused
  OneOrMore<Membership> memberships_;
};

}  // namespace freshet::broker
