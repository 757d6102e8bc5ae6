#include "loadtest/crew.h"

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loadtest/payload.h"
#include "loadtest/worker.h"

namespace freshet::loadtest {
namespace {

constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 50'000};

}  // namespace

Crew::Crew(const Options& options, const ChannelPlan& plan, Shared& shared) : options_(options), shared_(shared) {
  const auto conductor = ::getpid();
  for (std::size_t index = 0; index < options.processes; ++index) {
    doorbells_.emplace_back(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    const auto pid = ::fork();
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != conductor) ::_exit(EXIT_FAILURE);
      Worker worker(options, plan, shared, index, doorbells_.back().get());
      ::_exit(worker.run() ? EXIT_SUCCESS : EXIT_FAILURE);
    }
    pids_.push_back(pid);
  }
}

Crew::~Crew() {
  for (const auto pid : pids_) {
    if (pid <= 0) continue;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
  }
}

base::Result<void> Crew::order(Order order) {
  auto& sheet = shared_.sheet[0];
  sheet.order = order;
  const auto number = ++sheet.number;
  for (const auto& doorbell : doorbells_) {
    const std::uint64_t ring = 1;
    if (::write(doorbell.get(), &ring, sizeof(ring)) != sizeof(ring)) return base::fail("a worker does not answer");
  }
  const auto until = now_ns() + static_cast<std::int64_t>(options_.patience.count() * 1e9);
  for (const auto& worker : shared_.workers) {
    while (worker.acknowledged != number) {
      if (auto alive = check(); !alive && order != Order::kFinish) return alive;
      if (now_ns() > until) return base::fail("a worker does not answer: is it stuck in connect()?");
      ::nanosleep(&kPause, nullptr);
    }
  }
  return {};
}

base::Result<void> Crew::check() {
  for (auto& pid : pids_) {
    if (pid > 0 && ::waitpid(pid, nullptr, WNOHANG) == pid) pid = 0;
    if (pid <= 0) return base::fail("a client process ended");
  }
  return {};
}

std::uint64_t Crew::sum(WorkerState::Counter WorkerState::*counter) const {
  std::uint64_t sum = 0;
  for (const auto& worker : shared_.workers) sum += (worker.*counter).load(std::memory_order_relaxed);
  return sum;
}

Histogram Crew::sum(Histogram WorkerState::*histogram) const {
  Histogram sum;
  for (const auto& worker : shared_.workers) sum.add(worker.*histogram);
  return sum;
}

}  // namespace freshet::loadtest
