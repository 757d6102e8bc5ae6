#pragma once

#include <cstddef>

namespace freshet::server {

/// What may wait for all slow clients together, and what of their requests waits for its turn. Only streams whose
/// socket takes no more are charged: what a fast one has queued is gone at the end of the turn. Each gives back what it
/// was charged.
class BufferBudget {
 public:
  explicit BufferBudget(const std::size_t& limit_bytes) : limit_bytes_(limit_bytes) {}

  /// Whoever was charged `before` is charged `after` from now on.
  void charge(std::size_t before, std::size_t after) { used_bytes_ += after - before; }
  /// Whether so many bytes more would still be within the budget.
  [[nodiscard]] bool has_room(std::size_t more) const { return used_bytes_ + more <= limit_bytes_; }
  [[nodiscard]] std::size_t used_bytes() const { return used_bytes_; }

 private:
  const std::size_t& limit_bytes_;
  std::size_t used_bytes_ = 0;
};

}  // namespace freshet::server
