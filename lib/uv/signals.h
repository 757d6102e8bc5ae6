#pragma once

#include <functional>
#include <initializer_list>
#include <vector>

#include "uv/handle.h"

namespace freshet::uv {

class Loop;

/// Process signals as callbacks on the loop. Owned by the program; while it lives, the signals have no other effect.
/// Does not keep the loop running. May be destroyed inside its callback.
class Signals {
 public:
  /// `callback` gets the number of the signal. The loop must outlive this.
  Signals(Loop& loop, std::initializer_list<int> signals, std::function<void(int)> callback);
  ~Signals() = default;
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  static void on_signal(uv_signal_s* handle, int signal);

  std::function<void(int)> callback_;
  std::vector<Handle<uv_signal_s>> handles_;
};

/// Writing to a closed connection is an error to be returned, not a reason to die. Once, at the start of a program.
void ignore_sigpipe();

}  // namespace freshet::uv
