#include "base/timing_wheel.h"

#include <algorithm>

namespace freshet::base {

namespace {

/// Keeps sums of instants and delays away from overflow.
constexpr Duration kFarthest = std::chrono::hours(24 * 365 * 100);

}  // namespace

void TimingWheel::Link::insert_before(Link& other) {
  link_before = other.link_before;
  link_after = &other;
  link_before->link_after = this;
  other.link_before = this;
}

void TimingWheel::Link::unlink() {
  link_before->link_after = link_after;
  link_after->link_before = link_before;
  link_before = link_after = this;
}

TimingWheel::Node::~Node() {
  if (wheel_ != nullptr) wheel_->cancel(*this);
}

TimingWheel::TimingWheel(Clock& clock, Duration tick, std::size_t slots)
    : clock_(clock), tick_(tick), origin_(clock.now()), slots_(slots) {}

TimingWheel::~TimingWheel() {
  for (Link& slot : slots_) {
    while (slot.link_after != &slot) detach(first_of(slot));
  }
}

void TimingWheel::schedule(Node& node, Duration delay) {
  if (node.wheel_ != nullptr) node.wheel_->cancel(node);
  const Instant now = clock_.now();
  if (size_ == 0 && !turning_) current_ = ticks_until(now);
  const Instant deadline = now + std::clamp(delay, Duration::zero(), kFarthest);
  node.due_tick_ = std::max(ticks_until(deadline + tick_ - Duration(1)), current_ + 1);
  node.wheel_ = this;
  node.insert_before(slot_of(node.due_tick_));
  ++size_;
  arm();
}

void TimingWheel::cancel(Node& node) {
  if (node.wheel_ != this) return;
  detach(node);
  if (size_ == 0) timer_.reset();
}

void TimingWheel::detach(Node& node) {
  node.unlink();
  node.wheel_ = nullptr;
  --size_;
}

std::uint64_t TimingWheel::ticks_until(Instant instant) const {
  return static_cast<std::uint64_t>((instant - origin_) / tick_);
}

void TimingWheel::arm() {
  if (turning_ || timer_ != nullptr || size_ == 0) return;
  const Instant next = origin_ + tick_ * static_cast<Duration::rep>(current_ + 1);
  timer_ = clock_.after(std::max(next - clock_.now(), Duration::zero()), [this] { turn(); });
}

void TimingWheel::turn() {
  timer_.reset();
  turning_ = true;
  const std::uint64_t target = ticks_until(clock_.now());
  // After a long stall one round visits every slot; what is overdue by then is due in it.
  const std::uint64_t first = std::max(current_ + 1, target < slots_.size() ? 0 : target - slots_.size() + 1);
  current_ = std::max(current_, target);
  for (std::uint64_t tick = first; tick <= target; ++tick) turn_slot(tick);
  turning_ = false;
  arm();
}

TimingWheel::Node& TimingWheel::first_of(Link& list) { return static_cast<Node&>(*list.link_after); }

void TimingWheel::turn_slot(std::uint64_t tick) {
  Link& slot = slot_of(tick);
  if (slot.link_after == &slot) return;
  due_.insert_before(slot);
  slot.unlink();
  while (due_.link_after != &due_) {
    Node& node = first_of(due_);
    if (node.due_tick_ > tick) {
      node.unlink();
      node.insert_before(slot);
    } else {
      detach(node);
      node.on_due();
    }
  }
}

}  // namespace freshet::base
