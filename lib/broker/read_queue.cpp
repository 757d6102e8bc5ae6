#include "broker/read_queue.h"

#include <algorithm>
#include <utility>

namespace freshet::broker {

const std::string* ReadQueue::next(std::size_t held_bytes) const {
  if (waiting_.empty()) return nullptr;
  const bool fits = sent_.size() < most_sent_ && held_bytes + (sent_.size() + 1) * expected_bytes_ <= budget_bytes_;
  return fits || sent_.empty() ? &waiting_.front() : nullptr;
}

std::uint32_t ReadQueue::send(Id mark) {
  if (++serial_ == 0) ++serial_;
  sent_.push_back({std::move(waiting_.front()), serial_, mark});
  waiting_.pop_front();
  return serial_;
}

ReadQueue::Sent ReadQueue::answered(std::size_t bytes) {
  if (sent_.empty()) return {};
  // Follows a larger ring at once and forgets it over some dozens of smaller ones.
  expected_bytes_ = std::max({bytes, expected_bytes_ - expected_bytes_ / 16, std::size_t{1024}});
  // One more for each answer is twice as many for a round of them. Only what was made use of grows.
  if (sent_.size() >= most_sent_) ++most_sent_;
  auto first = std::move(sent_.front());
  sent_.pop_front();
  if (sent_.empty() && waiting_.empty()) most_sent_ = kFirstReads;
  return first;
}

void ReadQueue::clear() {
  waiting_.clear();
  sent_.clear();
  most_sent_ = kFirstReads;
}

}  // namespace freshet::broker
