#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "broker/channel.h"
#include "broker/cursor.h"
#include "broker/sink.h"

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
  [[nodiscard]] std::string_view result() const { return result_; }
  [[nodiscard]] std::vector<std::string_view> channels() const;
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
    Channel* channel = nullptr;
    std::uint32_t slot = 0;  ///< in the channel's members
    bool tried = false;      ///< the ring was read for this opening
    /// The channel is proven only up to here, where that is less than the stream's own position: a message went
    /// missing.
    Id proven = std::numeric_limits<Id>::max();
  };

  Subscription(Hub& hub, Sink& sink, Cursor cursor) : hub_(hub), sink_(sink), cursor_(cursor) {}

  Hub& hub_;
  Sink& sink_;
  std::vector<Membership> memberships_;
  Cursor cursor_;            ///< where to re-open from; after the opening always kAt
  Id sent_ = 0;              ///< the client's own cursor
  Id mark_ = 0;              ///< the mark that this opening goes by
  Id floor_ = 0;             ///< the history that the stream was opened under
  std::string_view result_;  ///< one of the constant names
  std::uint64_t stamp_ = 0;
  std::uint32_t unconfirmed_ = 0;  ///< channels whose confirmation is awaited
  std::uint32_t waiting_slot_ = 0;
  std::uint32_t slot_ = 0;
  State state_ = State::kPaused;
  bool opened_ = false;  ///< the opening control event was sent
};

}  // namespace freshet::broker
