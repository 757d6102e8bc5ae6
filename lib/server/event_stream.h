#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/clock.h"
#include "broker/sink.h"
#include "broker/subscription.h"
#include "server/buffer_budget.h"
#include "server/statistics.h"
#include "server/stream_queue.h"
#include "server/stream_report.h"
#include "server/visitor.h"

namespace freshet::server {

/// One client's event stream: takes frames from the hub and keeps what the client has not taken within a bound. Part of
/// the connection, which writes out its queue and hears through `Owner` when there is something to do. There are as
/// many of these as clients: what all of them share is asked of the owner.
class EventStream final : public broker::Sink {
 public:
  class Owner {
   public:
    /// Something waits to be written, or the stream has to be closed: at the end of this turn.
    virtual void stream_changed() = 0;
    /// What the kernel holds for the client.
    [[nodiscard]] virtual std::size_t unsent_bytes() const = 0;
    /// What may wait for this client alone, the kernel's share included.
    [[nodiscard]] virtual std::size_t buffer_bytes() const = 0;
    [[nodiscard]] virtual BufferBudget& budget() = 0;
    [[nodiscard]] virtual Statistics& statistics() = 0;

   protected:
    ~Owner() = default;
  };

  EventStream(Owner& owner, Visitor visitor, bool chunked, base::Instant now)
      : owner_(owner),
        queue_(chunked),
        opened_at_(now),
        visitor_(std::move(visitor)),
        last_write_ms_(milliseconds_of(now)) {}
  ~EventStream() override { owner_.budget().charge(charged_bytes(), 0); }

  /// The subscription sends into this stream, so it goes first.
  void attach(std::unique_ptr<broker::Subscription> subscription) { subscription_ = std::move(subscription); }
  void detach() { subscription_.reset(); }

  bool offer(const sse::FramePtr& frame, broker::Pace pace) override;
  std::size_t offer_all(std::span<const sse::FramePtr> frames, const sse::FramePtr& joined) override;
  /// The connection's own words: taken whatever waits.
  void push(const sse::FramePtr& frame);
  /// The queue has become empty: a replay that was paused goes on.
  void drained();
  /// The first `bytes` of what was gathered have been written; `blocked`: the kernel takes no more for now.
  void wrote(std::size_t bytes, bool blocked, base::Instant now);
  /// Since when nothing was written; right for 49 days, which heartbeats never let pass.
  [[nodiscard]] std::chrono::milliseconds silence(base::Instant now) const {
    return std::chrono::milliseconds(milliseconds_of(now) - last_write_ms_);
  }

  [[nodiscard]] const StreamQueue& queue() const { return queue_; }
  /// The client has fallen too far behind.
  [[nodiscard]] bool overflowed() const { return overflowed_; }
  /// How many events it was given, the broker's own words not counted.
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] const Visitor& visitor() const { return visitor_; }
  [[nodiscard]] const broker::Subscription* subscription() const { return subscription_.get(); }
  /// For the access log, before the stream is detached.
  [[nodiscard]] StreamReport report(std::string_view reason, base::Instant now) const;

 private:
  [[nodiscard]] bool has_room(std::size_t bytes, broker::Pace pace) const;
  [[nodiscard]] bool has_easy_room(std::size_t bytes) const;
  void take(const sse::FramePtr& frame);
  static std::uint32_t milliseconds_of(base::Instant now) {
    return static_cast<std::uint32_t>(now.time_since_epoch() / std::chrono::milliseconds(1));
  }
  [[nodiscard]] std::size_t charged_bytes() const { return blocked_ ? queue_.size_bytes() : 0; }

  Owner& owner_;
  std::unique_ptr<broker::Subscription> subscription_;
  StreamQueue queue_;
  std::uint64_t events_ = 0;
  std::uint64_t sent_bytes_ = 0;
  base::Instant opened_at_;
  [[no_unique_address]] Visitor visitor_;  ///< with the flags in the rest of its last word
  bool blocked_ : 1 = false;
  bool overflowed_ : 1 = false;
  bool paused_ : 1 = false;
  std::uint32_t last_write_ms_;  ///< counted round
};

}  // namespace freshet::server
