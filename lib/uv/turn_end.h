#pragma once

#include <functional>

#include "uv/handle.h"

namespace freshet::uv {

class Loop;

/// Calls back at the end of each turn of the loop: after all I/O callbacks, and once more before the loop blocks, so
/// that what timers have produced does not wait for the next event. This is the place for writing out in one go what
/// many callbacks have queued. Does not keep the loop running. May be destroyed inside its callback.
class TurnEnd {
 public:
  /// The loop must outlive this.
  TurnEnd(Loop& loop, std::function<void()> callback);
  ~TurnEnd() = default;
  TurnEnd(const TurnEnd&) = delete;
  TurnEnd& operator=(const TurnEnd&) = delete;

 private:
  template <class T>
  static void on_turn(T* handle);

  std::function<void()> callback_;
  Handle<uv_check_s> check_;
  Handle<uv_prepare_s> prepare_;
};

}  // namespace freshet::uv
