#pragma once

#include <thread>

#include "ctl/signal_fd.h"
#include "uv/fd.h"

namespace freshet::ctl {

/// While it lives, a signal ends the program at once with exit code 0, whatever it waits for: a server that hangs, the
/// look-up of a name; without a descriptor to be had, at the end of the work. For work that changes nothing and writes
/// nothing to standard output. Owned by the scope of that work; the signals outlive it.
class EndsAtSignal {
 public:
  explicit EndsAtSignal(const SignalFd& signals);
  ~EndsAtSignal();
  EndsAtSignal(const EndsAtSignal&) = delete;
  EndsAtSignal& operator=(const EndsAtSignal&) = delete;

 private:
  uv::Fd over_;  ///< readable once the scope ends
  std::thread watcher_;
};

}  // namespace freshet::ctl
