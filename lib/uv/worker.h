#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/error.h"

namespace freshet::uv {

class Loop;

/// One piece of blocking work on a thread of libuv's pool, with its result on the loop. Destroying it drops the result
/// and asks the work to stop; the loop's end waits for it.
class Worker {
 public:
  /// Runs on another thread: touches nothing but what it owns. Should end soon once `cancelled` is true.
  using Work = std::function<base::Result<std::string>(const std::atomic<bool>& cancelled)>;
  /// Runs on the loop, once, never from inside the constructor; may destroy the worker.
  using Done = std::function<void(base::Result<std::string>)>;

  Worker(Loop& loop, Work work, Done done);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

 private:
  struct Job;
  Job* job_;  ///< belongs to libuv until it is done
};

}  // namespace freshet::uv
