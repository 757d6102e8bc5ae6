#pragma once

#include <memory>

#include "base/error.h"
#include "loadtest/channel_plan.h"
#include "loadtest/crew.h"
#include "loadtest/feed.h"
#include "loadtest/ledger.h"
#include "loadtest/observer.h"
#include "loadtest/options.h"
#include "loadtest/outcome.h"
#include "loadtest/publisher.h"
#include "loadtest/shared.h"
#include "loadtest/watch.h"

namespace freshet::loadtest {

/// Leads a run through its phases, and writes down what each of them showed.
class Conductor {
 public:
  Conductor(const Options& options, const ChannelPlan& plan, Shared& shared, Crew& crew, Observer observer);
  Conductor(const Conductor&) = delete;
  Conductor& operator=(const Conductor&) = delete;

  /// The whole run, once. An error when it could not be carried out; events that were lost are none.
  base::Result<Outcome> run();

 private:
  using Done = base::Result<void>;

  Done connect();
  Done warm_up();
  Done storm();
  Done measure();
  Done wake();
  Done finish();

  Done open_publisher();
  /// True when everyone has all that was published; false when nothing has moved for `limit`.
  base::Result<bool> await_everyone(const char* stage, Seconds limit);

  const Options& options_;
  const ChannelPlan& plan_;
  Shared& shared_;
  Crew& crew_;
  Observer observer_;
  Ledger ledger_;
  std::unique_ptr<Publisher> publisher_;  ///< none in idle mode
  Watch watch_;
  std::unique_ptr<Feed> feed_;
  Outcome outcome_;
};

}  // namespace freshet::loadtest
