#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/clock.h"

namespace freshet::base {

/// Very many deadlines that need no precision (heartbeats, idle limits) on one timer. Scheduling and cancelling are
/// O(1) and allocate nothing: the nodes are links of the lists themselves. A deadline is met at the first tick at or
/// after it, hence never early and less than a tick late; one farther away than the wheel is round goes round again.
///
/// Owned next to what schedules on it. Nodes and wheel may die in any order, except that `on_due` must not destroy the
/// wheel. The timer runs only while something is scheduled.
class TimingWheel {
 public:
  /// Something with a deadline: derive from it, or make it a member. A node that dies is cancelled.
  class Node;

  /// `tick` and `slots` must be positive. The clock must outlive the wheel.
  TimingWheel(Clock& clock, Duration tick, std::size_t slots);
  ~TimingWheel();
  TimingWheel(const TimingWheel&) = delete;
  TimingWheel& operator=(const TimingWheel&) = delete;

  /// Calls `node.on_due()` once, `delay` from now; an earlier deadline of the same node is forgotten. Never calls it
  /// from inside `schedule`; a delay of zero or less is due at the next tick.
  void schedule(Node& node, Duration delay);
  /// Nothing happens when the node is not scheduled.
  void cancel(Node& node);
  /// How many nodes are scheduled.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  /// A place in a circular list: a node, or the list's head.
  struct Link {
    Link() = default;
    Link(const Link&) = delete;
    Link& operator=(const Link&) = delete;
    ~Link() = default;

    void insert_before(Link& other);
    void unlink();

    Link* link_before = this;
    Link* link_after = this;
  };

  [[nodiscard]] std::uint64_t ticks_until(Instant instant) const;
  [[nodiscard]] Link& slot_of(std::uint64_t tick) { return slots_[tick % slots_.size()]; }
  void detach(Node& node);
  void arm();
  void turn();
  void turn_slot(std::uint64_t tick);
  [[nodiscard]] static Node& first_of(Link& list);

  Clock& clock_;
  Duration tick_;
  Instant origin_;
  std::vector<Link> slots_;
  /// The nodes of the slot being worked on, so that they can leave while it is.
  Link due_;
  /// The last tick whose slot has been worked on.
  std::uint64_t current_ = 0;
  std::size_t size_ = 0;
  bool turning_ = false;
  std::unique_ptr<Timer> timer_;
};

class TimingWheel::Node : private TimingWheel::Link {
 public:
  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node();

  [[nodiscard]] bool scheduled() const { return wheel_ != nullptr; }

 protected:
  /// The deadline has come; the node is no longer scheduled. May schedule and cancel this and other nodes, and destroy
  /// them, itself included.
  virtual void on_due() = 0;

 private:
  friend class TimingWheel;

  TimingWheel* wheel_ = nullptr;
  std::uint64_t due_tick_ = 0;
};

}  // namespace freshet::base
