#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/fd.h"
#include "loadtest/channel_plan.h"
#include "loadtest/histogram.h"
#include "loadtest/options.h"
#include "loadtest/publish_wire.h"
#include "loadtest/shared.h"

namespace freshet::loadtest {

/// Publishes numbered events on one kept connection, pipelined. Never waits: the caller turns it.
class Publisher {
 public:
  static base::Result<std::unique_ptr<Publisher>> open(const Options& options, const ChannelPlan& plan, Shared& shared);

  /// The next event of a channel, to leave with the next turn(). `due_ns` 0: it is not to be timed.
  void publish(std::size_t channel, std::int64_t due_ns);
  /// Sends what can be sent, takes the answers that have come. Errors are final: a refusal, a lost connection.
  base::Result<void> turn();
  /// As many unanswered as the pipeline allows.
  [[nodiscard]] bool is_full() const { return unanswered_ >= depth_; }
  [[nodiscard]] bool is_idle() const { return unanswered_ == 0; }
  /// How long after it was due each timed event was handed over.
  [[nodiscard]] const Histogram& late() const { return late_; }

 private:
  Publisher(const Options& options, const ChannelPlan& plan, Shared& shared, base::Fd fd);

  base::Result<void> send();
  base::Result<void> receive();

  Shared& shared_;
  base::Fd fd_;
  std::unique_ptr<PublishWire> wire_;
  std::size_t size_bytes_;
  std::size_t depth_;
  std::size_t unanswered_ = 0;
  std::string data_;
  std::string out_;
  std::size_t sent_ = 0;  ///< bytes of out_
  std::string in_;
  Histogram late_;
};

}  // namespace freshet::loadtest
