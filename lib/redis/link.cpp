#include "redis/link.h"

#include <algorithm>
#include <utility>

#include "uv/loop.h"

namespace freshet::redis {
namespace {

/// A link that stands for so long is well; one that is lost earlier goes on backing off. Longer than it takes the hub
/// to miss its probes.
constexpr std::chrono::seconds kSettled{5};
/// One trouble may show itself in turns: as a hang-up now and as a reset then.
constexpr std::size_t kLoggedReasons = 4;

}  // namespace

Link::Link(uv::Loop& loop, Options options, Log log, User& user)
    : loop_(loop),
      options_(std::move(options)),
      log_(std::move(log)),
      user_(user),
      backoff_(options_.first_delay, options_.longest_delay, options_.seed),
      slow_backoff_(options_.longest_delay, options_.longest_delay, options_.seed) {
  name_place();
}

void Link::name_place() {
  place_ = options_.kind + ' ' + options_.connection.address.text();
  if (!options_.name.empty()) place_ += ": " + options_.name;
}

void Link::connect() {
  const auto done = std::move(retry_);
  if (options_.where) {
    auto address = options_.where();
    if (!address) return;
    options_.connection.address = std::move(*address);
    name_place();
  }
  Connection::Owner& owner = *this;
  connection_ = std::make_unique<Connection>(loop_, options_.connection, owner);
}

void Link::move(const std::string& why) {
  backoff_.reset();
  if (!connection_) return connect();
  moving_ = true;
  connection_->close(why);
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
  const bool moves = std::exchange(moving_, false);
  if (was_up || moves) flapping_ = settling_ != nullptr && !moves;
  settling_.reset();
  reason_ = loss.reason;
  if (std::find(logged_.begin(), logged_.end(), reason_) == logged_.end()) {
    logged_.push_back(reason_);
    if (logged_.size() > kLoggedReasons) logged_.pop_front();
    const bool for_operator = loss.retry == Retry::kSlow;
    log(for_operator ? Level::kError : Level::kWarn, reason_);
  }
  if (moves) logged_.clear();
  const auto pause = loss.retry == Retry::kSlow ? slow_backoff_.next() : backoff_.next();
  retry_ = loop_.after(moves ? base::Duration::zero() : pause, [this] { connect(); });
  user_.on_lost(was_up);
}

std::string Link::trouble() const {
  if (up_) return {};
  if (options_.where) {
    if (const auto place = options_.where(); !place) return place.error().message;
  }
  return about(reason_);
}

}  // namespace freshet::redis
