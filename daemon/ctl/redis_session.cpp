#include "ctl/redis_session.h"

#include <chrono>
#include <utility>

#include "base/text.h"
#include "mapping.h"
#include "redis/sentinel_watch.h"
#include "redis_tls.h"

namespace freshet::ctl {
namespace {

constexpr std::chrono::seconds kLookForPrimary{5};
constexpr std::string_view kClientName = "freshetctl";

/// Where the sentinels say that the primary is.
base::Result<uv::Address> find_primary(const redis::RedisBackplane::Options& backplane,
                                       redis::Connection::Options connection) {
  connection.login = {.username = backplane.sentinel.username,
                      .password = {},
                      .password_file = backplane.sentinel.password_file,
                      .password_key = "backplane.redis.sentinel.password_file"};
  connection.database = 0;
  uv::Loop loop;
  redis::SentinelWatch watch(loop, {backplane.sentinel.master, backplane.sentinel.nodes, std::move(connection), 0},
                             [](redis::Level, const std::string&) {});
  bool late = false;
  const auto deadline = loop.after(kLookForPrimary, [&] {
    late = true;
    loop.stop();
  });
  watch.start([&](const std::string&) { loop.stop(); });
  while (!watch.primary() && !late) loop.run();
  return watch.primary();
}

}  // namespace

RedisSession::RedisSession(std::optional<tls::Context> tls, redis::Connection::Options options)
    : place_("redis " + options.address.text()), tls_(std::move(tls)), options_(std::move(options)) {
  options_.tls = tls_ ? &*tls_ : nullptr;
}

base::Result<std::unique_ptr<RedisSession>> RedisSession::open(const config::Config& config,
                                                               const std::optional<redis::Login>& as) {
  auto tls = load_redis_tls(config.backplane);
  if (!tls) return tl::unexpected(tls.error().front());
  const auto backplane = redis_options(config, 0);
  redis::Connection::Options options{.address = backplane.address,
                                     .tls = *tls ? &**tls : nullptr,
                                     .login = {.username = backplane.username,
                                               .password = backplane.password,
                                               .password_file = backplane.password_file},
                                     .database = backplane.database,
                                     .client_name = std::string(kClientName)};
  if (!backplane.sentinel.master.empty()) {
    auto primary = find_primary(backplane, options);
    if (!primary) return tl::unexpected(primary.error());
    options.address = std::move(*primary);
    options.must_tell_role = true;
  }
  if (as) options.login = *as;
  std::unique_ptr<RedisSession> session(new RedisSession(std::move(*tls), std::move(options)));
  if (const auto connected = session->connect(); !connected) return tl::unexpected(connected.error());
  return session;
}

base::Result<void> RedisSession::connect() {
  redis::Connection::Owner& owner = *this;
  connection_ = std::make_unique<redis::Connection>(loop_, options_, owner);
  while (!connected_ && connection_) loop_.run();
  if (!connection_) return base::fail(loss_);
  return {};
}

base::Result<redis::Reply> RedisSession::ask(std::span<const std::string_view> command) {
  if (!connection_) return base::fail(loss_);
  std::optional<base::Result<redis::Reply>> answer;
  connection_->send(command, [&](base::Result<redis::Reply> reply) {
    answer = std::move(reply);
    loop_.stop();
  });
  while (!answer) loop_.run();
  if (!*answer) return base::fail(loss_);
  return std::move(*answer);
}

base::Result<redis::Reply> RedisSession::ask(std::initializer_list<std::string_view> command) {
  return ask(std::span(command.begin(), command.size()));
}

void RedisSession::on_connected() {
  connected_ = true;
  loop_.stop();
}

void RedisSession::on_down(const redis::Connection::Loss& loss) {
  loss_ = place_ + ": " + loss.reason;
  connection_.reset();
  loop_.stop();
}

std::map<std::string, std::string, std::less<>> parse_info(std::string_view info) {
  std::map<std::string, std::string, std::less<>> fields;
  for (auto line : base::split(info, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || line.starts_with('#')) continue;
    fields.emplace(line.substr(0, colon), line.substr(colon + 1));
  }
  return fields;
}

std::map<std::string, std::string, std::less<>> parse_pairs(redis::Value reply) {
  std::map<std::string, std::string, std::less<>> fields;
  for (std::size_t i = 0; i + 1 < reply.size(); i += 2) fields.emplace(reply[i].text(), reply[i + 1].text());
  return fields;
}

}  // namespace freshet::ctl
