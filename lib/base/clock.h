#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace freshet::base {

using Duration = std::chrono::microseconds;
/// A point on the monotonic clock. Never compared between processes.
using Instant = std::chrono::time_point<std::chrono::steady_clock, Duration>;

/// For times that are plain numbers of microseconds: ids, and what Redis keeps.
inline constexpr std::uint64_t kMicrosecondsPerSecond = 1'000'000;

/// A running timer. Destroying it cancels it; it may be destroyed from inside its own callback.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() = default;
};

/// Time and timers as the rooms without a loop see them. The loop implements it; tests turn a manual one by hand.
/// Everything runs on the thread that owns the clock, and callbacks never run inside `after`.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  /// Monotonic time. Cached once per turn of the loop, so two calls in one callback may be equal.
  [[nodiscard]] virtual Instant now() const = 0;
  /// Monotonic time at this very moment, to the microsecond: for measuring.
  [[nodiscard]] virtual Instant exact_now() const = 0;
  /// Microseconds since the Unix epoch. May jump.
  [[nodiscard]] virtual std::int64_t wall_us() const = 0;
  /// The same in whole seconds.
  [[nodiscard]] std::int64_t wall_s() const { return wall_us() / std::int64_t{kMicrosecondsPerSecond}; }
  /// Calls `callback` once, `delay` from now (millisecond resolution; zero: on the next turn of the loop).
  [[nodiscard]] virtual std::unique_ptr<Timer> after(Duration delay, std::function<void()> callback) = 0;
};

}  // namespace freshet::base
