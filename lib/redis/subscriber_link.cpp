#include "redis/subscriber_link.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "redis/barring.h"
#include "redis/clock_line.h"
#include "uv/loop.h"

namespace freshet::redis {
namespace {

/// One SUBSCRIBE of very many names holds up everyone else on the server.
constexpr std::size_t kNamesAtOnce = 500;
constexpr std::string_view kFence = "!fence";
constexpr std::size_t kOwnNames = 3;

}  // namespace

SubscriberLink::SubscriberLink(uv::Loop& loop, Options options, Log log)
    : loop_(loop),
      prefix_(std::move(options.prefix)),
      probe_name_("!probe:" + options.instance),
      mark_tag_(std::move(options.mark_tag)),
      deadline_(options.link.connection.reply_deadline),
      link_(loop, std::move(options.link), std::move(log), *this) {}

void SubscriberLink::start(broker::Backplane::Observer& observer) {
  observer_ = &observer;
  link_.start();
}

void SubscriberLink::on_connected() {
  own_confirmed_ = 0;
  send_names("SUBSCRIBE", {probe_name_, kFence, kControlName});
  confirming_ = loop_.after(deadline_, [this] { link_.connection().close("no reply to SUBSCRIBE in time"); });
}

void SubscriberLink::on_lost(bool was_up) {
  confirming_.reset();
  if (was_up) observer_->on_subscriber_down();
}

void SubscriberLink::send_names(std::string_view command, const std::vector<std::string_view>& names) {
  std::string prefixed;
  std::vector<std::string_view> arguments;
  for (std::size_t begin = 0; begin < names.size(); begin += kNamesAtOnce) {
    const auto end = std::min(names.size(), begin + kNamesAtOnce);
    prefixed.clear();
    for (auto i = begin; i < end; ++i) prefixed.append(prefix_).append(names[i]);
    arguments.assign(1, command);
    std::string_view rest = prefixed;
    for (auto i = begin; i < end; ++i) {
      const auto size = prefix_.size() + names[i].size();
      arguments.push_back(rest.substr(0, size));
      rest.remove_prefix(size);
    }
    link_.connection().post(arguments);
  }
}

void SubscriberLink::replace(std::string_view reason) { link_.connection().close(std::string(reason)); }

void SubscriberLink::on_push(Value reply) {
  auto& connection = link_.connection();
  if (reply.is_error()) return connection.close(reply.describe(), retry_after(reply.text()));
  if (reply.size() != 3) return connection.close("unexpected reply: " + reply.describe());
  auto name = reply[1].text();
  if (!name.starts_with(prefix_)) return;
  name.remove_prefix(prefix_.size());
  const auto kind = reply[0].text();
  if (kind == "message") {
    on_message(name, reply[2].text());
  } else if (kind == "subscribe") {
    on_confirmed(name);
  }
}

void SubscriberLink::on_confirmed(std::string_view name) {
  if (!name.starts_with('!')) return observer_->on_confirmed(name);
  if (++own_confirmed_ < kOwnNames || link_.up()) return;
  confirming_.reset();
  link_.declare_up("connected");
  observer_->on_subscriber_up();
  if (control_ != nullptr) control_->on_control_up();
}

void SubscriberLink::on_message(std::string_view name, std::string_view bytes) {
  if (!link_.up()) return;
  if (name.starts_with('!')) return on_own_message(name, bytes);
  observer_->on_message(name, bytes);
}

void SubscriberLink::on_own_message(std::string_view name, std::string_view bytes) {
  if (name == kFence) {
    const auto floor = base::parse_decimal(bytes);
    if (floor && *floor <= broker::kMaxId) return observer_->on_fence(*floor);
    ++malformed_;
  } else if (name == probe_name_) {
    const auto line = parse_clock_line(bytes);
    const bool own = line && line->nonce.starts_with(mark_tag_);
    const auto nonce = own ? base::parse_decimal(line->nonce.substr(mark_tag_.size())) : std::nullopt;
    if (nonce) return observer_->on_mark(*nonce, line->clock);
    ++malformed_;
  } else if (name == kControlName && control_ != nullptr) {
    // It may end streams, which first get what came before it.
    observer_->on_batch_end();
    control_->on_control(bytes);
    observer_->on_batch_begin();
  }
}

}  // namespace freshet::redis
