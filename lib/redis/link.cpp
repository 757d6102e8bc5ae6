#include "redis/link.h"

#include <utility>

#include "uv/loop.h"

namespace freshet::redis {
namespace {

/// A link that stands for so long is well; one that is lost earlier goes on backing off. Longer than it takes the hub
/// to miss its probes.
constexpr std::chrono::seconds kSettled{5};

}  // namespace

Link::Link(uv::Loop& loop, Options options, Log log, User& user)
    : loop_(loop),
      options_(std::move(options)),
      log_(std::move(log)),
      user_(user),
      place_("redis " + options_.connection.address.text() + ": " + options_.name),
      backoff_(options_.first_delay, options_.longest_delay, options_.seed),
      slow_backoff_(options_.longest_delay, options_.longest_delay, options_.seed) {}

void Link::connect() {
  const auto done = std::move(retry_);
  Connection::Owner& owner = *this;
  connection_ = std::make_unique<Connection>(loop_, options_.connection, owner);
}

void Link::declare_up(std::string line) {
  up_ = true;
  up_as_ = std::move(line);
  if (std::exchange(was_ever_up_, true)) ++reconnects_;
  announced_ = !flapping_;
  if (announced_) {
    logged_.clear();
    log(Level::kInfo, up_as_);
  }
  settling_ = loop_.after(kSettled, [this] { settle(); });
}

void Link::settle() {
  const auto done = std::move(settling_);
  backoff_.reset();
  flapping_ = false;
  logged_.clear();
  if (!std::exchange(announced_, true)) log(Level::kInfo, up_as_);
}

void Link::on_down(const Connection::Loss& loss) {
  connection_.reset();
  const bool was_up = std::exchange(up_, false);
  if (was_up) flapping_ = settling_ != nullptr;
  settling_.reset();
  reason_ = loss.reason;
  if (logged_ != reason_) {
    logged_ = reason_;
    const bool for_operator = loss.retry == Retry::kSlow;
    log(for_operator ? Level::kError : Level::kWarn, reason_);
  }
  retry_ = loop_.after(loss.retry == Retry::kSlow ? slow_backoff_.next() : backoff_.next(), [this] { connect(); });
  user_.on_lost(was_up);
}

std::string Link::trouble() const { return up_ ? std::string() : about(reason_); }

}  // namespace freshet::redis
