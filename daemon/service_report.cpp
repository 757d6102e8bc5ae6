#include "service_report.h"

#include <algorithm>
#include <utility>

namespace freshet {
namespace {

constexpr std::chrono::milliseconds kLookWhileStarting{20};
constexpr std::chrono::seconds kLook{1};
constexpr base::Duration kShortest = std::chrono::milliseconds(1);
/// How long Redis is waited for.
constexpr std::chrono::seconds kStartPatience{10};
/// How often numbers are renewed that say nothing new about how the daemon is.
constexpr std::chrono::seconds kStatusInterval{5};
/// Well above kLook, also on a machine that has no time.
constexpr std::chrono::seconds kStopExtension{15};

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

ServiceReport::ServiceReport(base::Clock& clock, std::function<State()> state)
    : clock_(clock), state_(std::move(state)) {}

void ServiceReport::start() {
  if (!notifier_.present()) return;
  started_at_ = clock_.now();
  keep_watchdog();
  look_after(kLookWhileStarting);
}

void ServiceReport::reloading() {
  if (phase_ == Phase::kRunning) notifier_.reloading();
}

void ServiceReport::reloaded(bool taken) {
  reload_failed_ = !taken;
  if (phase_ == Phase::kRunning) notifier_.ready(describe(state_()));
}

void ServiceReport::stopping() {
  if (!notifier_.present()) return;
  phase_ = Phase::kStopping;
  const auto state = state_();
  streams_at_stop_ = state.streams;
  notifier_.stopping(describe(state));
  look_after(kLook);
}

void ServiceReport::look() {
  const auto state = state_();
  auto status = describe(state);
  const auto now = clock_.now();
  switch (phase_) {
    case Phase::kStarting: {
      const bool ready = state.trouble.empty() || now - started_at_ >= kStartPatience;
      if (ready) {
        phase_ = Phase::kRunning;
        notifier_.ready(status);
      } else if (state.trouble != said_trouble_) {
        notifier_.status(status);
      } else {
        return look_after(kLookWhileStarting);
      }
      break;
    }
    case Phase::kRunning: {
      const bool due = state.trouble != said_trouble_ || (status != said_ && now - said_at_ >= kStatusInterval);
      if (!due) return look_after(kLook);
      notifier_.status(status);
      break;
    }
    case Phase::kStopping:
      notifier_.extend_timeout(kStopExtension, status);
      break;
  }
  said_ = std::move(status);
  said_trouble_ = state.trouble;
  said_at_ = now;
  look_after(phase_ == Phase::kStarting ? base::Duration(kLookWhileStarting) : base::Duration(kLook));
}

void ServiceReport::look_after(base::Duration delay) {
  look_timer_ = clock_.after(delay, [this] { look(); });
}

/// Twice in the time that the manager waits.
void ServiceReport::keep_watchdog() {
  if (notifier_.watchdog() <= base::Duration::zero()) return;
  notifier_.alive();
  watchdog_timer_ = clock_.after(std::max(notifier_.watchdog() / 2, kShortest), [this] { keep_watchdog(); });
}

std::string ServiceReport::describe(const State& state) const {
  if (phase_ == Phase::kStopping) {
    return "draining: " + std::to_string(state.streams) + " of " + counted(streams_at_stop_, "stream") + " left";
  }
  auto text = state.trouble.empty() ? std::string("ready: ") : "not ready: " + state.trouble + "; ";
  text += counted(state.streams, "stream") + " on " + counted(state.channels, "channel");
  if (state.trouble.empty()) text += ", " + state.backplane;
  if (reload_failed_) text += "; the last reload failed, see the log";
  return text;
}

}  // namespace freshet
