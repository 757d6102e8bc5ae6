#include "ctl/signal_fd.h"

#include <csignal>
#include <poll.h>
#include <sys/signalfd.h>

namespace freshet::ctl {

SignalFd::SignalFd() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  fd_ = uv::Fd(signalfd(-1, &signals, SFD_CLOEXEC));
}

bool SignalFd::raised_within(std::chrono::milliseconds time) const {
  pollfd waiting{fd_.get(), POLLIN, 0};
  return poll(&waiting, 1, static_cast<int>(time.count())) > 0;
}

}  // namespace freshet::ctl
