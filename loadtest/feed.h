#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/error.h"
#include "loadtest/channel_plan.h"
#include "loadtest/ledger.h"
#include "loadtest/options.h"
#include "loadtest/publisher.h"
#include "loadtest/watch.h"

namespace freshet::loadtest {

/// Decides when which event is published: at a rate, as fast as it goes, or in bursts.
class Feed {
 public:
  using Done = base::Result<void>;

  Feed(const Options& options, const ChannelPlan& plan, Publisher& publisher, Ledger& ledger, Watch& watch)
      : options_(options), plan_(plan), publisher_(publisher), ledger_(ledger), watch_(watch) {}

  /// An event to every channel, untimed and uncounted, so many times.
  Done publish_rounds(std::size_t rounds);
  /// The events of the measured phase, until they have arrived or nothing moves any more.
  Done publish_all();
  /// How long each burst took to its last delivery.
  [[nodiscard]] const std::vector<double>& bursts_s() const { return bursts_s_; }

 private:
  Done publish_at_rate();
  Done publish_at_most();
  Done publish_bursts();
  Done await_answers();
  Done await_deliveries();
  void publish_next(std::int64_t due_ns);

  const Options& options_;
  const ChannelPlan& plan_;
  Publisher& publisher_;
  Ledger& ledger_;
  Watch& watch_;
  std::vector<double> bursts_s_;
};

}  // namespace freshet::loadtest
