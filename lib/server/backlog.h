#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "server/buffer_budget.h"

namespace freshet::server {

/// What a client has sent ahead of its turn, behind the request at work: bytes of a pipeline, within the budget of what
/// waits in all connections together. Part of an exchange; gives back what it was charged.
class Backlog {
 public:
  explicit Backlog(BufferBudget& budget) : budget_(budget) {}
  ~Backlog() { clear(); }
  Backlog(const Backlog&) = delete;
  Backlog& operator=(const Backlog&) = delete;

  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

  /// False: the budget has no room, and nothing of `bytes` is kept.
  [[nodiscard]] bool add(std::string_view bytes);
  /// The first `bytes` have been read.
  void consume(std::size_t bytes);
  void clear() { consume(bytes_.size()); }

 private:
  BufferBudget& budget_;
  std::string bytes_;
};

}  // namespace freshet::server
