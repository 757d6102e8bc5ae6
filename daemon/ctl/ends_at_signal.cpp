#include "ctl/ends_at_signal.h"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "ctl/exit_codes.h"

namespace freshet::ctl {
namespace {

void watch(int signal_fd, int over_fd) {
  std::array<pollfd, 2> waiting{{{signal_fd, POLLIN, 0}, {over_fd, POLLIN, 0}}};
  while (poll(waiting.data(), waiting.size(), -1) < 0) {
    if (errno != EINTR) return;
  }
  if (waiting[0].revents != 0) _exit(kExitOk);
}

}  // namespace

EndsAtSignal::EndsAtSignal(const SignalFd& signals) : over_(eventfd(0, EFD_CLOEXEC)) {
  if (over_.open()) watcher_ = std::thread(watch, signals.fd(), over_.get());
}

EndsAtSignal::~EndsAtSignal() {
  if (!watcher_.joinable()) return;
  eventfd_write(over_.get(), 1);
  watcher_.join();
}

}  // namespace freshet::ctl
