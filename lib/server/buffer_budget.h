#pragma once

#include <cstddef>

namespace freshet::server {

/// What may wait for all slow clients together. Only streams whose socket takes no more are charged: what a fast one
/// has queued is gone at the end of the turn.
class BufferBudget {
 public:
  explicit BufferBudget(const std::size_t& limit_bytes) : limit_bytes_(limit_bytes) {}

  /// One stream's share; given back when it is destroyed. The budget outlives it.
  class Charge {
   public:
    explicit Charge(BufferBudget& budget) : budget_(budget) {}
    Charge(const Charge&) = delete;
    Charge& operator=(const Charge&) = delete;
    ~Charge() { set(0); }

    void set(std::size_t bytes) {
      budget_.used_bytes_ += bytes - bytes_;
      bytes_ = bytes;
    }
    /// Whether so many bytes more would still be within the budget.
    [[nodiscard]] bool has_room(std::size_t more) const { return budget_.used_bytes_ + more <= budget_.limit_bytes_; }

   private:
    BufferBudget& budget_;
    std::size_t bytes_ = 0;
  };

  [[nodiscard]] std::size_t used_bytes() const { return used_bytes_; }

 private:
  const std::size_t& limit_bytes_;
  std::size_t used_bytes_ = 0;
};

}  // namespace freshet::server
