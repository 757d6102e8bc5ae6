#include "redis/redis_backplane.h"

#include <limits>
#include <utility>

#include "base/random.h"
#include "redis/command_link.h"
#include "redis/sentinel_watch.h"
#include "redis/subscriber_link.h"

namespace freshet::redis {
namespace {

/// Names of very many channels may wait to be sent after a reconnect.
constexpr std::size_t kSubscriberQueueBytes = std::size_t{256} << 20U;
/// Publishers choose how much a ring keeps: this is what is read of one.
constexpr std::size_t kRingBytes = std::size_t{256} << 20U;

Link::Options link_options(const RedisBackplane::Options& options, std::string name, std::uint64_t seed) {
  Connection::Options connection{
      .address = options.address,
      .tls = options.tls,
      .login = {.username = options.username, .password = options.password, .password_file = options.password_file},
      .database = options.database,
      .client_name = "freshet:" + options.instance + ":" + name,
      .connect_deadline = options.connect_deadline,
      .reply_deadline = options.reply_deadline};
  return {.kind = "redis",
          .name = std::move(name),
          .connection = std::move(connection),
          .where = {},
          .first_delay = options.first_delay,
          .longest_delay = options.longest_delay,
          .seed = seed};
}

/// Sentinels are spoken to as Redis is, under a name of their own.
SentinelWatch::Options watch_options(const RedisBackplane::Options& options, Connection::Options connection,
                                     std::uint64_t seed) {
  connection.login = {.username = options.sentinel.username,
                      .password = {},
                      .password_file = options.sentinel.password_file,
                      .password_key = "backplane.redis.sentinel.password_file"};
  connection.database = 0;
  connection.client_name = "freshet:" + options.instance + ":sentinel";
  return {options.sentinel.master, options.sentinel.nodes, std::move(connection), seed};
}

}  // namespace

RedisBackplane::RedisBackplane(uv::Loop& loop, const Options& options, const Log& log) {
  base::Random random(options.seed);
  const auto any = [&random] { return random.between<std::int64_t>(0, std::numeric_limits<std::int64_t>::max()); };
  const auto mark_tag = std::to_string(any()) + "-";
  auto hearing = link_options(options, "subscriber", static_cast<std::uint64_t>(any()));
  auto asking = link_options(options, "command", static_cast<std::uint64_t>(any()));
  if (!options.sentinel.master.empty()) {
    sentinels_ = std::make_unique<SentinelWatch>(
        loop, watch_options(options, hearing.connection, static_cast<std::uint64_t>(any())), log);
    hearing.where = asking.where = [this] { return sentinels_->primary(); };
    hearing.connection.must_tell_role = asking.connection.must_tell_role = true;
  }
  hearing.connection.max_queued_bytes = kSubscriberQueueBytes;
  asking.connection.max_reply_bytes = kRingBytes;
  subscriber_ = std::make_unique<SubscriberLink>(
      loop, SubscriberLink::Options{std::move(hearing), options.prefix, options.instance, mark_tag}, log);
  command_ = std::make_unique<CommandLink>(
      loop,
      CommandLink::Options{std::move(asking), options.prefix, options.instance, mark_tag, options.load_functions,
                           options.ring, options.ttl, options.max_bytes,
                           [this] {
                             if (subscriber_->link().up()) subscriber_->replace("the server has become a replica");
                           }},
      log);
}

RedisBackplane::~RedisBackplane() = default;

void RedisBackplane::start(Backplane::Observer& observer) {
  subscriber_->start(observer);
  command_->start(observer);
  if (!sentinels_) return;
  sentinels_->start([this](const std::string& why) {
    subscriber_->move(why);
    command_->move(why);
  });
}

void RedisBackplane::subscribe(const std::vector<std::string_view>& channels) {
  if (subscriber_->link().up()) subscriber_->subscribe(channels);
}

void RedisBackplane::unsubscribe(const std::vector<std::string_view>& channels) {
  if (subscriber_->link().up()) subscriber_->unsubscribe(channels);
}

void RedisBackplane::mark(std::uint64_t nonce) {
  if (command_->link().up()) command_->mark(nonce);
}

void RedisBackplane::sync(broker::Id highest_seen, std::string_view epoch) {
  if (command_->link().up()) command_->sync(highest_seen, epoch);
}

void RedisBackplane::read_history(std::string_view channel) {
  if (command_->link().up()) command_->read_history(channel);
}

void RedisBackplane::publish(broker::Publication publication, std::function<void(broker::PublishResult)> done) {
  command_->publish(std::move(publication), std::move(done));
}

void RedisBackplane::replace_subscriber(std::string_view reason) {
  if (subscriber_->link().up() && command_->refusal().empty()) subscriber_->replace(reason);
}

void RedisBackplane::set_control_observer(ControlBus::Observer& observer) {
  subscriber_->set_control_observer(&observer);
  command_->set_control_observer(&observer);
}

void RedisBackplane::broadcast(std::string message, Sent done) { command_->broadcast(message, std::move(done)); }

void RedisBackplane::store_bar(BarRequest bar, Stored done) { command_->store_bar(std::move(bar), std::move(done)); }

void RedisBackplane::read_bars(BarsRead done) { command_->read_bars(std::move(done)); }

std::string RedisBackplane::trouble() const {
  for (const auto* link : {&subscriber_->link(), &command_->link()}) {
    auto reason = link->trouble();
    if (reason.empty()) continue;
    const bool adds = sentinels_ && sentinels_->primary();
    return adds ? reason + " (" + sentinels_->summary() + ')' : reason;
  }
  return command_->refusal().empty() ? std::string() : command_->link().about(command_->refusal());
}

RedisBackplane::Status RedisBackplane::status() const {
  return {subscriber_->link().up(),      command_->link().up(),    subscriber_->link().reconnects(),
          command_->link().reconnects(), subscriber_->malformed(), command_->memory()};
}

}  // namespace freshet::redis
