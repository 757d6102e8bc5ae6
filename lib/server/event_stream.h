#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "base/clock.h"
#include "broker/sink.h"
#include "broker/subscription.h"
#include "server/buffer_budget.h"
#include "server/statistics.h"
#include "server/stream_queue.h"

namespace freshet::server {

/// One client's event stream: takes frames from the hub and keeps what the client has not taken within a bound. The
/// connection owns it, writes out its queue and hears through `Owner` when there is something to do.
class EventStream final : public broker::Sink {
 public:
  class Owner {
   public:
    /// Something waits to be written, or the stream has to be closed: at the end of this turn.
    virtual void stream_changed() = 0;
    /// What the kernel holds for the client.
    [[nodiscard]] virtual std::size_t unsent_bytes() const = 0;

   protected:
    ~Owner() = default;
  };

  EventStream(Owner& owner, BufferBudget& budget, Statistics& statistics, bool chunked, std::size_t buffer_bytes)
      : owner_(owner), statistics_(statistics), charge_(budget), queue_(chunked), buffer_bytes_(buffer_bytes) {}

  /// The subscription sends into this stream, so it goes first.
  void attach(std::unique_ptr<broker::Subscription> subscription) { subscription_ = std::move(subscription); }
  void detach() { subscription_.reset(); }

  bool offer(const sse::FramePtr& frame, broker::Pace pace) override;
  /// The connection's own words: taken whatever waits.
  void push(const sse::FramePtr& frame);
  /// The queue has become empty: a replay that was paused goes on.
  void drained();
  /// The first `bytes` of what was gathered have been written; `blocked`: the kernel takes no more for now.
  void wrote(std::size_t bytes, bool blocked);

  [[nodiscard]] const StreamQueue& queue() const { return queue_; }
  /// The client has fallen too far behind.
  [[nodiscard]] bool overflowed() const { return overflowed_; }
  /// How many events it was given, the broker's own words not counted.
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] const broker::Subscription* subscription() const { return subscription_.get(); }

 private:
  [[nodiscard]] bool has_room(std::size_t bytes, broker::Pace pace) const;

  Owner& owner_;
  Statistics& statistics_;
  BufferBudget::Charge charge_;
  StreamQueue queue_;
  std::size_t buffer_bytes_;
  std::uint64_t events_ = 0;
  bool blocked_ = false;
  bool overflowed_ = false;
  bool paused_ = false;
  std::unique_ptr<broker::Subscription> subscription_;
};

}  // namespace freshet::server
