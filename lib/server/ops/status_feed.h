#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "server/routes.h"

namespace freshet::server {

/// The status as an event stream: `event: status` at once and each second from then on, the same bytes for all who
/// watch. While nobody does there is no timer, and no status is made.
///
/// The operations routes own it; the clock outlives it.
class StatusFeed {
 public:
  /// `status` says the present one, in one line.
  StatusFeed(base::Clock& clock, std::function<std::string()> status) : clock_(clock), status_(std::move(status)) {}

  /// One more watcher. The feed outlives the server that serves it.
  [[nodiscard]] Feed open();

 private:
  [[nodiscard]] sse::FramePtr frame() const;
  void tick();
  void arm();

  base::Clock& clock_;
  std::function<std::string()> status_;
  std::vector<Push> watchers_;
  std::unique_ptr<base::Timer> timer_;
};

}  // namespace freshet::server
