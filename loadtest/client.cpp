#include "loadtest/client.h"

#include <algorithm>

#include "loadtest/payload.h"

namespace freshet::loadtest {
namespace {

constexpr int kOk = 200;

// There is one writer: no need for an atomic addition.
void count(WorkerState::Counter& counter, std::int64_t by = 1) {
  const auto more = static_cast<std::uint64_t>(by);
  counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
}

}  // namespace

std::int64_t Client::lacking() const {
  return std::max<std::int64_t>(
      0, context_.shared.published[channel_].load(std::memory_order_relaxed) - 1 - numbers_.last());
}

void Client::start(base::Fd fd, std::int64_t began_ns) {
  fd_ = std::move(fd);
  began_ns_ = began_ns;
  refused_ = false;
  parser_.reset();
  ++context_.awaiting_heads;
}

bool Client::feed(std::string_view bytes, std::int64_t now_ns) {
  now_ns_ = now_ns;
  parser_.feed(bytes, *this);
  return !parser_.ended() && !refused_;
}

void Client::close() {
  if (!is_connected()) return;
  if (open_) {
    count(context_.state.open, -1);
  } else if (!refused_) {
    --context_.awaiting_heads;
  }
  open_ = false;
  fd_.reset();
}

void Client::on_head(int status) {
  --context_.awaiting_heads;
  if (status != kOk) {
    refused_ = true;
    context_.state.last_status = static_cast<std::uint64_t>(std::max(status, 0));
    return count(context_.state.refused);
  }
  open_ = true;
  count(context_.state.open);
  context_.state.connecting.record(now_ns_ - began_ns_);
  if (was_open_) timed_from_ns_ = std::max(timed_from_ns_, now_ns_);
  if (was_open_ && !context_.resume) excuse_missed();
  was_open_ = true;
  if (returning_ && lacking() == 0) report_caught_up();
}

// Without replay, whatever was published until the stream stood again may come, while it is on its way, or may not.
void Client::excuse_missed() {
  count(context_.state.excused, lacking());
  excused_to_ = numbers_.last() + lacking();
  numbers_.begin_after(excused_to_);
}

void Client::report_caught_up() {
  returning_ = false;
  count(context_.state.caught_up);
  context_.state.catching_up.record(now_ns_ - context_.returned_ns);
}

void Client::on_event(const StreamParser::Event& event) {
  if (!event.id.empty()) last_id_.assign(event.id);
  if (event.name == "stream-reset") count(context_.state.resets);
  if (event.data.empty() || !event.name.empty()) return;
  if (const auto payload = Payload::read(event.data)) take_number(payload->number, payload->due_ns);
  if (returning_ && lacking() == 0) report_caught_up();
}

void Client::take_number(std::int64_t number, std::int64_t due_ns) {
  if (number <= excused_to_) return;
  auto& state = context_.state;
  const auto verdict = numbers_.take(number);
  if (!context_.checking) return;
  switch (verdict) {
    case SequenceCheck::Verdict::kNext:
      break;
    case SequenceCheck::Verdict::kGap:
      count(state.missing, numbers_.skipped());
      break;
    case SequenceCheck::Verdict::kRepeated:
      return count(state.repeated);
    case SequenceCheck::Verdict::kLate:
      count(state.out_of_order);
      count(state.missing, -1);
      break;
  }
  if (due_ns == 0) return;
  count(state.delivered);
  if (due_ns >= timed_from_ns_) state.latency.record(now_ns_ - due_ns);
}

}  // namespace freshet::loadtest
