#include "redis/sentinel_news.h"

#include <array>
#include <string_view>
#include <utility>

namespace freshet::redis {

SentinelNews::SentinelNews(uv::Loop& loop, Link::Options options, std::function<void()> heard)
    : heard_(std::move(heard)),
      link_(
          loop, std::move(options), [](Level /*level*/, const std::string& /*message*/) {}, *this) {}

void SentinelNews::on_connected() {
  // The sentinel that leads a failover knows of the promotion before it calls it a switch.
  constexpr std::array<std::string_view, 3> kSubscribe{"SUBSCRIBE", "+switch-master", "+promoted-slave"};
  link_.connection().post(kSubscribe);
  link_.declare_up({});
}

void SentinelNews::on_push(Value reply) {
  if (reply.is_error()) return link_.connection().close(reply.describe(), retry_after(reply.text()));
  if (reply.size() > 0 && reply[0].text() == "message") heard_();
}

void SentinelNews::on_lost(bool /*was_up*/) {}

}  // namespace freshet::redis
