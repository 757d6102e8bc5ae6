#pragma once

#include <cstddef>
#include <cstdint>

#include "loadtest/crew.h"

namespace freshet::loadtest {

/// What has been published in the measured phase, and how much of it has arrived.
class Ledger {
 public:
  explicit Ledger(const Crew& crew) : crew_(crew) {}

  /// The measured phase begins.
  void begin() { excused_before_ = crew_.sum(&WorkerState::excused); }
  /// So many deliveries from before will never come, and will be found missing now.
  void owe(std::size_t deliveries) { expected_ += deliveries; }
  /// One more event, which so many clients should get.
  void enter(std::size_t readers) {
    ++events_;
    expected_ += readers;
  }

  [[nodiscard]] std::uint64_t events() const { return events_; }
  /// Deliveries that came, that are known to be lost, or that nobody may expect.
  [[nodiscard]] std::uint64_t settled() const {
    return crew_.sum(&WorkerState::delivered) + crew_.sum(&WorkerState::missing) + crew_.sum(&WorkerState::excused) -
           excused_before_;
  }
  [[nodiscard]] std::uint64_t outstanding() const {
    const auto done = settled();
    return expected_ > done ? expected_ - done : 0;
  }

 private:
  const Crew& crew_;
  std::uint64_t events_ = 0;
  std::uint64_t expected_ = 0;
  std::uint64_t excused_before_ = 0;
};

}  // namespace freshet::loadtest
