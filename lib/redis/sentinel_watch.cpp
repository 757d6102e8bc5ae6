#include "redis/sentinel_watch.h"

#include <algorithm>
#include <utility>

#include "uv/loop.h"

namespace freshet::redis {
namespace {

/// A sentinel that says nothing for so long is not counted; nor is it waited for.
constexpr std::chrono::seconds kDeadline{2};
constexpr std::chrono::milliseconds kFirstDelay{50};
constexpr std::chrono::seconds kLongestDelay{2};
/// At the start, from the first answer on: the first sentinel to answer may be the one that was cut off.
constexpr std::chrono::seconds kFirstLook{1};

}  // namespace

SentinelWatch::SentinelWatch(uv::Loop& loop, const Options& options, Log log)
    : loop_(loop), name_("sentinel " + options.master + ": "), log_(std::move(log)) {
  auto seed = options.seed;
  for (const auto& node : options.nodes) {
    auto connection = options.connection;
    connection.address = node;
    connection.role = Role::kSentinel;
    connection.must_tell_role = true;
    connection.connect_deadline = connection.reply_deadline = connection.whole_reply_deadline = kDeadline;
    const Link::Options link{.kind = "sentinel",
                             .name = {},
                             .connection = std::move(connection),
                             .where = {},
                             .first_delay = kFirstDelay,
                             .longest_delay = kLongestDelay,
                             .seed = seed++};
    links_.push_back(std::make_unique<SentinelLink>(loop, SentinelLink::Options{link, link, options.master}, log_,
                                                    [this] { judge(); }));
  }
}

void SentinelWatch::start(Moved moved) {
  moved_ = std::move(moved);
  for (auto& link : links_) link->start();
}

bool SentinelWatch::has_looked() {
  const auto heard = [](const auto& link) { return link->was_heard(); };
  const auto answers = [](const auto& link) { return link->answer().has_value(); };
  const bool all_heard = std::all_of(links_.begin(), links_.end(), heard);
  const bool any_answers = std::any_of(links_.begin(), links_.end(), answers);
  looked_ = looked_ || (all_heard && any_answers);
  if (looked_) {
    looking_.reset();
  } else if (all_heard) {
    // The machines are just starting, it may be: who comes back first is no better than who answers first.
    for (const auto& link : links_) link->forget_heard();
  } else if (any_answers && !looking_) {
    looking_ = loop_.after(kFirstLook, [this] {
      looked_ = true;
      judge();
    });
  }
  return looked_;
}

void SentinelWatch::judge() {
  if (!has_looked()) return;
  std::vector<std::optional<SentinelAnswer>> answers;
  for (const auto& link : links_) answers.push_back(link->answer());
  const auto before = choice_.primary();
  if (!choice_.judge(answers, loop_.now())) return;
  const auto now = choice_.primary()->primary.text();
  const auto change = before ? "primary moved from " + before->primary.text() + " to " + now : "primary is " + now;
  log_(Level::kInfo, name_ + change + ", epoch " + std::to_string(choice_.primary()->epoch));
  moved_("sentinel: " + change);
}

base::Result<uv::Address> SentinelWatch::primary() const {
  if (const auto& chosen = choice_.primary()) return chosen->primary;
  return base::fail(name_ + silence());
}

std::string SentinelWatch::summary() const {
  const auto& chosen = choice_.primary();
  if (!chosen) return name_ + silence();
  const auto naming = std::count_if(links_.begin(), links_.end(), [&](const auto& link) {
    return link->answer() && link->answer()->primary == chosen->primary;
  });
  if (naming == 0 && std::none_of(links_.begin(), links_.end(), [](const auto& link) { return link->reachable(); })) {
    return name_ + silence();
  }
  return name_ + std::to_string(naming) + " of " + std::to_string(links_.size()) + " name " + chosen->primary.text();
}

std::string SentinelWatch::silence() const {
  std::string reasons;
  bool reachable = false;
  for (const auto& link : links_) {
    const auto reason = link->trouble();
    if (!reason.empty()) reasons += (reasons.empty() ? "" : "; ") + reason;
    reachable = reachable || link->reachable();
  }
  if (reasons.empty()) return "asking";
  return std::string(reachable ? "no sentinel knows it" : "no sentinel answers") + " (" + reasons + ')';
}

}  // namespace freshet::redis
