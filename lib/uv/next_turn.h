#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>

#include "base/clock.h"
#include "uv/handle.h"

namespace freshet::uv {

class Loop;

/// The callbacks with zero delay, in order. Private to the loop. A libuv timer of zero would run in the same round of
/// timers that starts it, and so starve I/O when callbacks ask for callbacks; these wait for the next round.
class NextTurn {
 public:
  explicit NextTurn(Loop& loop);
  ~NextTurn() = default;
  NextTurn(const NextTurn&) = delete;
  NextTurn& operator=(const NextTurn&) = delete;

  [[nodiscard]] std::unique_ptr<base::Timer> add(std::function<void()> callback);

 private:
  class Entry;

  static void on_idle(uv_idle_s* handle);
  void run();

  std::list<Entry*> entries_;
  /// Entries made during a turn carry its number, and wait until it is over.
  std::uint64_t turn_ = 0;
  /// Active while there are entries: keeps the loop running and from blocking.
  Handle<uv_idle_s> idle_;
};

}  // namespace freshet::uv
