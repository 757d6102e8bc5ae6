#pragma once

#include <chrono>

#include "uv/fd.h"

namespace freshet::ctl {

/// SIGINT and SIGTERM as something to wait for, instead of the end of the process. Owned by commands that run on.
class SignalFd {
 public:
  SignalFd();

  [[nodiscard]] int fd() const { return fd_.get(); }
  /// Whether one has come.
  [[nodiscard]] bool raised() const { return raised_within(std::chrono::milliseconds(0)); }
  /// Waits for one; whether it came.
  [[nodiscard]] bool raised_within(std::chrono::milliseconds time) const;

 private:
  uv::Fd fd_;
};

}  // namespace freshet::ctl
