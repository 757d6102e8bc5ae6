#pragma once

#include <cstdint>
#include <sys/types.h>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "loadtest/channel_plan.h"
#include "loadtest/options.h"
#include "loadtest/shared.h"

namespace freshet::loadtest {

/// The worker processes of a run. They end with their owner, at the latest.
class Crew {
 public:
  /// Forks them. Must come before anything that a fork would copy: threads, connections.
  Crew(const Options& options, const ChannelPlan& plan, Shared& shared);
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew();

  /// Tells all of them, and returns once all have obeyed.
  base::Result<void> order(Order order);
  /// An error when one has ended before its time; it has said why on stderr.
  base::Result<void> check();
  /// One of their counters, added up.
  [[nodiscard]] std::uint64_t sum(WorkerState::Counter WorkerState::*counter) const;
  /// One of their histograms, added up. After kFinish.
  [[nodiscard]] Histogram sum(Histogram WorkerState::*histogram) const;

 private:
  const Options& options_;
  Shared& shared_;
  std::vector<base::Fd> doorbells_;
  std::vector<pid_t> pids_;
};

}  // namespace freshet::loadtest
