#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/error.h"
#include "loadtest/crew.h"
#include "loadtest/ledger.h"
#include "loadtest/observer.h"
#include "loadtest/options.h"
#include "loadtest/progress.h"
#include "loadtest/publisher.h"

namespace freshet::loadtest {

/// Waits, and does meanwhile what may not wait: the publisher's turns, a look at the crew's health and at the server's
/// peaks, the progress line. The conductor owns it; `stage` is always what the progress line calls the moment.
class Watch {
 public:
  using Condition = std::function<bool()>;
  using Done = base::Result<void>;

  Watch(const Options& options, Crew& crew, Observer& observer, const Ledger& ledger)
      : options_(options), crew_(crew), observer_(observer), ledger_(ledger), progress_(options.quiet) {}

  /// The publisher that shall get its turns; it must outlive the watch.
  void attend(Publisher& publisher) { publisher_ = &publisher; }

  /// True when the condition holds, false when nothing has moved for `limit`.
  base::Result<bool> wait(const std::string& stage, const Condition& condition, Seconds limit);
  Done sleep(const std::string& stage, Seconds duration);
  /// Wakes up in time; takes answers meanwhile, so that the pipeline is empty when the next events are due.
  Done sleep_until(const std::string& stage, std::int64_t ns);
  /// Everything once, without waiting.
  Done turn(const std::string& stage);
  /// Has the crew count who lacks something: `behind` or `reading_behind`.
  base::Result<bool> none(WorkerState::Counter WorkerState::*behind);

 private:
  [[nodiscard]] std::uint64_t movement() const;
  [[nodiscard]] std::string line(const std::string& stage) const;

  const Options& options_;
  Crew& crew_;
  Observer& observer_;
  const Ledger& ledger_;
  Progress progress_;
  Publisher* publisher_ = nullptr;
  std::int64_t looked_ns_ = 0;
};

/// Sleeps, whatever else there is to do.
void nap(std::int64_t ns);
double seconds_since(std::int64_t ns);

}  // namespace freshet::loadtest
