#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/clock.h"
#include "uv/handle.h"

namespace freshet::uv {

class Lookups;
class NextTurn;
class Poller;

/// The event loop of a process, and the clock of everything that runs on it. One thread; owned by whoever puts the
/// program together, and outlives all that is made with it. When it is destroyed it runs until everything that was
/// closed has gone (a name being looked up is not waited for), and aborts if something is still open: that is a bug.
class Loop final : public base::Clock {
 public:
  /// Aborts when the kernel gives no epoll descriptor: without a loop there is nothing to report an error to.
  Loop();
  ~Loop() override;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Milliseconds are its finest step.
  [[nodiscard]] base::Instant now() const override;
  [[nodiscard]] base::Instant exact_now() const override;
  [[nodiscard]] std::int64_t wall_us() const override;
  /// Fractions of a millisecond are rounded up. Callbacks with zero delay run in the order in which they were asked
  /// for, and never hold up I/O, even when each asks for another one.
  [[nodiscard]] std::unique_ptr<base::Timer> after(base::Duration delay, std::function<void()> callback) override;

  /// Runs until `stop` is called or nothing is left to wait for. May be called again afterwards.
  void run();
  /// Ends `run` after the current turn.
  void stop();

  [[nodiscard]] uv_loop_s* raw() const { return loop_.get(); }
  [[nodiscard]] Lookups& lookups() { return *lookups_; }
  [[nodiscard]] Poller& poller() { return *poller_; }
  /// 64 KiB that every socket reads into; what is in it is valid only until the callback it was handed to returns.
  [[nodiscard]] std::span<char> read_buffer() { return read_buffer_; }

 private:
  struct CloseLoop {
    void operator()(uv_loop_s* loop) const;
  };

  std::vector<char> read_buffer_;
  std::unique_ptr<uv_loop_s, CloseLoop> loop_;
  std::unique_ptr<Lookups> lookups_;
  std::unique_ptr<NextTurn> next_turn_;
  std::unique_ptr<Poller> poller_;
};

}  // namespace freshet::uv
