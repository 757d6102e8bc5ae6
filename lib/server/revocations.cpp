#include "server/revocations.h"

#include <algorithm>
#include <utility>

namespace freshet::server {
namespace {

constexpr std::size_t kFewBars = 64;

}  // namespace

Revocations::Revocations(base::Clock& clock, broker::ControlBus& bus, Statistics& statistics, EndStreams end_streams)
    : clock_(clock), bus_(bus), statistics_(statistics), end_streams_(std::move(end_streams)), drop_at_(kFewBars) {
  bus_.set_control_observer(*this);
}

void Revocations::disconnect(Disconnect disconnect, Done done) {
  auto message = encode_control(disconnect);
  if (!message) return done(tl::unexpected(message.error()));
  if (!disconnect.bar_for) return bus_.broadcast(std::move(*message), std::move(done));
  // The bar comes first: an instance that misses the message because it is just connecting then reads it.
  bus_.store_bar({std::move(disconnect.name), *disconnect.bar_for, {}},
                 [this, message = std::move(*message), done = std::move(done)](const base::Result<broker::Bar>& bar) {
                   if (!bar) return done(tl::unexpected(bar.error()));
                   bus_.broadcast(message, done);
                 });
}

bool Revocations::barred(std::string_view user, std::optional<std::int64_t> issued_at_s) const {
  const auto found = bars_.find(user);
  if (found == bars_.end() || now_s() >= found->second.until_s) return false;
  return !issued_at_s || *issued_at_s < found->second.issued_before_s;
}

void Revocations::on_control(std::string_view message) {
  const auto disconnect = parse_control(message);
  ++statistics_.control_messages[disconnect ? "disconnect" : "ignored"];
  if (!disconnect) return;
  if (disconnect->bar_for) {
    // In force at once, whatever becomes of the stored one. A token of this very second may be older than the message.
    keep({disconnect->name, now_s() + 1, now_s() + disconnect->bar_for->count()});
    store(disconnect->name, *disconnect->bar_for, {});
  }
  end_streams_({disconnect->target, disconnect->name, {}});
}

void Revocations::on_control_up() {
  bus_.read_bars([this](const base::Result<std::vector<broker::Bar>>& kept) {
    if (kept) catch_up(*kept);
  });
}

void Revocations::store(const std::string& user, std::chrono::seconds lasting,
                        std::optional<std::int64_t> issued_before_s) {
  bus_.store_bar({user, lasting, issued_before_s}, [this](const base::Result<broker::Bar>& bar) {
    if (bar) keep(*bar);
  });
}

void Revocations::catch_up(const std::vector<broker::Bar>& kept) {
  auto missing = bars_;
  for (const auto& bar : kept) {
    const auto own = missing.find(bar.user);
    if (own != missing.end() && own->second.until_s <= bar.until_s &&
        own->second.issued_before_s <= bar.issued_before_s) {
      missing.erase(own);
    }
    if (keep(bar)) end_streams_({Disconnect::Target::kUser, bar.user, bar.issued_before_s});
  }
  for (const auto& [user, span] : missing) {
    const std::chrono::seconds left(span.until_s - now_s());
    if (left.count() > 0) store(user, left, span.issued_before_s);
  }
}

bool Revocations::keep(const broker::Bar& bar) {
  if (bar.until_s <= now_s()) return false;
  if (bars_.size() >= drop_at_) drop_old();
  if (bars_.size() >= kMaxBars && !bars_.contains(bar.user)) return false;
  auto& span = bars_[bar.user];
  const bool wider = bar.issued_before_s > span.issued_before_s || bar.until_s > span.until_s;
  span = {std::max(span.issued_before_s, bar.issued_before_s), std::max(span.until_s, bar.until_s)};
  return wider;
}

void Revocations::drop_old() {
  std::erase_if(bars_, [now = now_s()](const auto& bar) { return now >= bar.second.until_s; });
  drop_at_ = std::max(kFewBars, std::min(2 * bars_.size(), kMaxBars));
}

}  // namespace freshet::server
