#include "loadtest/conductor.h"

#include <algorithm>
#include <ctime>
#include <string>

#include "loadtest/payload.h"

namespace freshet::loadtest {
namespace {

constexpr Seconds kRoundPatience{1};

double own_cpu_s() {
  timespec used{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

}  // namespace

Conductor::Conductor(const Options& options, const ChannelPlan& plan, Shared& shared, Crew& crew, Observer observer)
    : options_(options),
      plan_(plan),
      shared_(shared),
      crew_(crew),
      observer_(std::move(observer)),
      ledger_(crew),
      watch_(options, crew, observer_, ledger_) {}

base::Result<Outcome> Conductor::run() {
  using Phase = Done (Conductor::*)();
  for (const Phase phase : {&Conductor::connect, &Conductor::warm_up, &Conductor::storm, &Conductor::measure,
                            &Conductor::wake, &Conductor::finish}) {
    if (auto done = (this->*phase)(); !done) return tl::unexpected(done.error());
  }
  return outcome_;
}

Conductor::Done Conductor::connect() {
  outcome_.before = observer_.memory();
  outcome_.kernel_before = Observer::kernel();
  const auto cpu = observer_.cpu();
  const auto began = now_ns();
  if (auto told = crew_.order(Order::kConnect); !told) return told;
  const auto decided = [&] {
    return crew_.sum(&WorkerState::open) == options_.connections || crew_.sum(&WorkerState::refused) > 0;
  };
  if (auto opened = watch_.wait("connecting", decided, options_.patience); !opened)
    return tl::unexpected(opened.error());
  if (const auto open = crew_.sum(&WorkerState::open); open != options_.connections) {
    const auto status = crew_.sum(&WorkerState::last_status);
    return base::fail("only " + std::to_string(open) + " of " + std::to_string(options_.connections) +
                      " streams opened" + (status == 0 ? "" : "; answers with status " + std::to_string(status)));
  }
  outcome_.connecting.seconds = seconds_since(began);
  if (auto slept = watch_.sleep("settling", options_.settle); !slept) return slept;
  outcome_.connecting.cpu = observer_.cpu() - cpu;  // what follows the head, as subscribing, is part of it
  outcome_.connected = observer_.memory();
  outcome_.kernel_connected = Observer::kernel();
  return {};
}

Conductor::Done Conductor::open_publisher() {
  auto publisher = Publisher::open(options_, plan_, shared_);
  if (!publisher) return tl::unexpected(publisher.error());
  publisher_ = *std::move(publisher);
  watch_.attend(*publisher_);
  feed_ = std::make_unique<Feed>(options_, plan_, *publisher_, ledger_, watch_);
  return {};
}

// What tells that a subscription stands differs from server to server; an event that arrives tells it of all of them.
Conductor::Done Conductor::warm_up() {
  if (options_.mode == Mode::kIdle) return crew_.order(Order::kCheck);
  if (auto opened = open_publisher(); !opened) return opened;
  auto heard_ns = now_ns();
  for (std::size_t heard = 0; heard < options_.warmup;) {
    if (seconds_since(heard_ns) > options_.patience.count())
      return base::fail("warming up: " + std::to_string(crew_.sum(&WorkerState::behind)) + " clients hear nothing");
    if (auto published = feed_->publish_rounds(1); !published) return published;
    const auto everyone = await_everyone("warming up", std::min(kRoundPatience, options_.patience));
    if (!everyone) return tl::unexpected(everyone.error());
    if (!*everyone) continue;
    ++heard;
    heard_ns = now_ns();
  }
  return crew_.order(Order::kCheck);
}

Conductor::Done Conductor::storm() {
  if (options_.mode != Mode::kStorm) return {};
  if (auto told = crew_.order(Order::kDrop); !told) return told;
  if (auto published = feed_->publish_rounds(options_.missed); !published) return published;
  if (auto slept = watch_.sleep("away", options_.settle); !slept) return slept;
  const auto cpu = observer_.cpu();
  const auto began = now_ns();
  if (auto told = crew_.order(Order::kReturn); !told) return told;
  const auto all = [&] { return crew_.sum(&WorkerState::caught_up) == options_.connections; };
  if (auto waited = watch_.wait("returning", all, options_.patience); !waited) return tl::unexpected(waited.error());
  outcome_.storm = Outcome::Phase{seconds_since(began), observer_.cpu() - cpu};
  ledger_.owe(options_.missed * (options_.connections - crew_.sum(&WorkerState::caught_up)));
  return {};
}

Conductor::Done Conductor::measure() {
  ledger_.begin();
  const auto own_cpu = own_cpu_s();
  const auto cpu = observer_.cpu();
  const auto began = now_ns();
  auto done = feed_ ? feed_->publish_all() : watch_.sleep("idle", options_.duration);
  if (!done) return done;
  outcome_.measured = {seconds_since(began), observer_.cpu() - cpu};
  outcome_.publisher_cpu_s = own_cpu_s() - own_cpu;
  outcome_.published = ledger_.events();
  outcome_.delivered = crew_.sum(&WorkerState::delivered);
  outcome_.after = observer_.memory();
  return crew_.order(Order::kSettle);
}

Conductor::Done Conductor::wake() {
  if (options_.stalled == 0 && options_.churn <= 0) return {};
  if (auto told = crew_.order(Order::kWake); !told) return told;
  const auto everyone = await_everyone("catching up", options_.patience);
  return everyone ? Done() : tl::unexpected(everyone.error());
}

base::Result<bool> Conductor::await_everyone(const char* stage, Seconds limit) {
  base::Result<bool> none = false;
  const auto asked = [&] {
    none = watch_.none(&WorkerState::behind);
    return !none || *none;
  };
  if (auto waited = watch_.wait(stage, asked, limit); !waited) return waited;
  return none;
}

Conductor::Done Conductor::finish() {
  if (auto told = crew_.order(Order::kFinish); !told) return told;
  auto& faults = outcome_.faults;
  faults.missing = crew_.sum(&WorkerState::missing);
  faults.repeated = crew_.sum(&WorkerState::repeated);
  faults.out_of_order = crew_.sum(&WorkerState::out_of_order);
  faults.disconnects = crew_.sum(&WorkerState::disconnects);
  faults.resets = crew_.sum(&WorkerState::resets);
  faults.refused = crew_.sum(&WorkerState::refused);
  outcome_.client_cpu_s = static_cast<double>(crew_.sum(&WorkerState::cpu_ns)) / 1e9;
  outcome_.latency = crew_.sum(&WorkerState::latency);
  outcome_.connect_latency = crew_.sum(&WorkerState::connecting);
  outcome_.caught_up = crew_.sum(&WorkerState::catching_up);
  if (publisher_) outcome_.late = publisher_->late();
  if (feed_) outcome_.bursts_s = feed_->bursts_s();
  outcome_.peak_rss_bytes = observer_.peak_rss_bytes();
  outcome_.peak_socket_bytes = observer_.peak_socket_bytes();
  return {};
}

}  // namespace freshet::loadtest
