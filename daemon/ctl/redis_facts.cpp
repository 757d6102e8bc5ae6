#include "ctl/redis_facts.h"

#include <array>
#include <utility>

#include "base/text.h"

namespace freshet::ctl {
namespace {

using std::chrono::microseconds;

base::Result<void> ask_info(RedisSession& session, RedisFacts& facts) {
  for (const std::string_view section : {"server", "clients", "memory", "persistence", "replication"}) {
    const auto reply = session.ask({"INFO", section});
    if (!reply) return tl::unexpected(reply.error());
    const auto text = reply->value().text();
    facts.info.merge(parse_info(text));
    if (section == "memory") facts.memory = redis::parse_memory(text);
  }
  return {};
}

base::Result<void> ask_settings(RedisSession& session, RedisFacts& facts) {
  const auto reply = session.ask({"CONFIG", "GET", "*"});
  if (!reply) return tl::unexpected(reply.error());
  const auto value = reply->value();
  if (value.is_error()) {
    facts.settings_refusal = value.describe();
  } else {
    facts.settings = parse_pairs(value);
  }
  return {};
}

base::Result<void> ask_functions(RedisSession& session, RedisFacts& facts) {
  const auto reply = session.ask({"FCALL_RO", "freshet_version", "0"});
  if (!reply) return tl::unexpected(reply.error());
  const auto value = reply->value();
  if (value.is(redis::Value::Type::kInteger)) {
    facts.functions = value.integer();
  } else {
    facts.functions_refusal = value.describe();
  }
  return {};
}

base::Result<void> ask_clock(RedisSession& session, const std::string& prefix, RedisFacts& facts) {
  constexpr std::array<std::string_view, 4> kFields{"last", "ring", "ttl", "max_bytes"};
  const auto reply = session.ask({"HMGET", prefix + "clock", kFields[0], kFields[1], kFields[2], kFields[3]});
  if (!reply) return tl::unexpected(reply.error());
  const auto value = reply->value();
  if (value.size() != kFields.size()) return {};
  facts.clock.emplace();
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    if (value[i].is(redis::Value::Type::kString)) facts.clock->emplace(kFields[i], value[i].text());
  }
  return {};
}

base::Result<void> ask_time(RedisSession& session, RedisFacts& facts) {
  using std::chrono::system_clock;
  const auto before = std::chrono::time_point_cast<microseconds>(system_clock::now());
  const auto reply = session.ask({"TIME"});
  const auto after = std::chrono::time_point_cast<microseconds>(system_clock::now());
  if (!reply) return tl::unexpected(reply.error());
  const auto value = reply->value();
  if (value.size() != 2) return {};
  const auto seconds = base::parse_decimal(value[0].text());
  const auto fraction = base::parse_decimal(value[1].text());
  if (!seconds || !fraction) return {};
  const microseconds theirs(static_cast<std::int64_t>(*seconds * 1'000'000 + *fraction));
  facts.round_trip = after - before;
  facts.ahead = theirs - (before.time_since_epoch() + facts.round_trip / 2);
  return {};
}

}  // namespace

base::Result<RedisFacts> ask_facts(RedisSession& session, RedisSession* admin, RightsToTry wanted) {
  RedisFacts facts;
  auto& knowing = admin != nullptr ? *admin : session;
  auto asked = ask_info(knowing, facts);
  if (asked) asked = ask_settings(knowing, facts);
  if (asked) asked = ask_functions(session, facts);
  if (asked) asked = ask_clock(session, wanted.prefix, facts);
  if (asked) asked = ask_time(session, facts);
  if (!asked) return tl::unexpected(asked.error());
  wanted.has_functions = !facts.functions_refusal.starts_with("ERR Function not found");
  auto refused = try_rights(session, wanted);
  if (!refused) return tl::unexpected(refused.error());
  facts.refused = std::move(*refused);
  return facts;
}

}  // namespace freshet::ctl
