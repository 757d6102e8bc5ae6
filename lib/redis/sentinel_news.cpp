#include "redis/sentinel_news.h"

#include <array>
#include <string_view>
#include <utility>

namespace freshet::redis {

SentinelNews::SentinelNews(uv::Loop& loop, Link::Options options, Log log, std::function<void()> heard)
    : log_(std::move(log)),
      heard_(std::move(heard)),
      link_(
          loop, std::move(options), [](Level /*level*/, const std::string& /*message*/) {}, *this) {}

void SentinelNews::on_connected() {
  // The sentinel that leads a failover knows of the promotion before it calls it a switch.
  constexpr std::array<std::string_view, 3> kSubscribe{"SUBSCRIBE", "+switch-master", "+promoted-slave"};
  link_.connection().post(kSubscribe);
  link_.declare_up({});
}

void SentinelNews::on_push(Value reply) {
  if (reply.is_error()) return give_up(reply);
  refusal_.clear();
  if (reply.size() > 0 && reply[0].text() == "message") heard_();
}

void SentinelNews::give_up(Value refusal) {
  const auto text = "SUBSCRIBE: " + refusal.describe();
  if (std::exchange(refusal_, text) != text) {
    log_(Level::kWarn, link_.about(text + " (failovers are noticed up to a second later)"));
  }
  link_.connection().close(text, retry_after(refusal.text()));
}

void SentinelNews::on_lost(bool /*was_up*/) {}

}  // namespace freshet::redis
