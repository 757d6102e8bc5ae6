#include "ctl/redis_findings.h"

#include <chrono>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "ctl/quantity.h"

namespace freshet::ctl {
namespace {

using std::chrono::microseconds;

constexpr std::uint64_t kOldestMajor = 7;
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;
/// As in deploy/redis/redis.conf.
constexpr std::uint64_t kPubsubHard = 256 * kMiB;
constexpr std::uint64_t kPubsubSoft = 64 * kMiB;
/// Daemons wait so long for a reply.
constexpr std::uint64_t kReplyDeadlineMs = 5000;
/// What the functions take for the clocks' difference at a failover.
constexpr microseconds kClockSkew = std::chrono::seconds(10);
constexpr microseconds kClockNotice = std::chrono::seconds(1);
constexpr std::uint64_t kMaxKeepalive = 300;

std::string text_of(const RedisFacts::Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

std::uint64_t number_of(const RedisFacts::Fields& fields, std::string_view name, std::uint64_t otherwise = 0) {
  return base::parse_decimal(text_of(fields, name)).value_or(otherwise);
}

std::string config_set(std::string_view setting) { return "redis-cli CONFIG SET " + std::string(setting); }

Finding judge_version(const RedisFacts& facts) {
  const auto version = text_of(facts.info, "redis_version");
  const auto major = base::parse_decimal(std::string_view(version).substr(0, version.find('.')));
  if (!major) return warn("redis.version", "INFO names no redis_version", "see that this is Redis or Valkey");
  const auto what = "Redis " + base::printable(version, 40);
  if (*major < kOldestMajor) return fail("redis.version", what, "Freshet needs Redis 7.0 or newer, or Valkey");
  return ok("redis.version", what);
}

void judge_rights(const RedisFacts& facts, Findings& findings) {
  for (const auto& refused : facts.refused) {
    const auto what = "the daemons' user lacks " + refused.right +
                      (refused.without.empty() ? "" : " (needed for " + refused.without + ")") + ": " + refused.reply;
    const std::string advice = "give it the rights of deploy/redis/users.acl: ACL SETUSER NAME " + refused.right;
    findings.push_back(refused.needed ? fail("redis.rights", what, advice) : warn("redis.rights", what, advice));
  }
  if (facts.refused.empty()) findings.push_back(ok("redis.rights", "the daemons' user may do what they do"));
}

Finding judge_functions(const RedisFacts& facts, const config::Redis& redis, std::uint64_t library) {
  const std::string load = "redis-cli -x FUNCTION LOAD REPLACE < freshet.lua";
  const auto wanted = "version " + std::to_string(library);
  if (!facts.functions) {
    const bool missing = facts.functions_refusal.starts_with("ERR Function not found");
    const auto what = missing ? "the function library freshet is missing" : facts.functions_refusal;
    if (missing && redis.load_functions) {
      return warn("redis.functions", what, "nothing, if no daemon has been started yet: the first one loads it");
    }
    return fail("redis.functions", what, missing ? load : "see that the library is whole: " + load);
  }
  const auto version = "the function library has version " + std::to_string(*facts.functions);
  if (*facts.functions >= static_cast<std::int64_t>(library)) return ok("redis.functions", version);
  if (redis.load_functions) {
    return warn("redis.functions", version + ", this program brings " + wanted, "a daemon of this version loads it");
  }
  return fail("redis.functions", version + ", daemons of this program's version need " + wanted, load);
}

void judge_clock(const RedisFacts& facts, const config::History& history, Findings& findings) {
  if (!facts.clock) return;
  struct Setting {
    std::string_view field;
    std::string_view key;
    std::uint64_t configured;
  };
  const auto ttl = std::chrono::ceil<std::chrono::seconds>(history.ttl).count();
  bool differs = false;
  for (const auto& setting :
       {Setting{"ring", "events", history.events}, Setting{"ttl", "ttl", static_cast<std::uint64_t>(ttl)},
        Setting{"max_bytes", "max_event_bytes", history.max_event_bytes}}) {
    const auto kept = text_of(*facts.clock, setting.field);
    if (kept.empty() || kept == std::to_string(setting.configured)) continue;
    differs = true;
    findings.push_back(warn("redis.history",
                            "backplane.history." + std::string(setting.key) + " is " +
                                std::to_string(setting.configured) + " in the file and " + base::printable(kept, 40) +
                                " in Redis, which counts",
                            "use the same file for all daemons, and restart one of them"));
  }
  if (differs) return;
  const bool written = !text_of(*facts.clock, "ring").empty();
  findings.push_back(ok("redis.history", written ? "Redis keeps the history that is configured"
                                                 : "no daemon has written the history's settings yet"));
}

Finding judge_time(const RedisFacts& facts) {
  if (!facts.ahead) return skip("redis.time", "TIME was not answered");
  const auto off = std::chrono::abs(*facts.ahead) - facts.round_trip / 2;
  const auto seconds = std::chrono::duration<double>(std::chrono::abs(*facts.ahead)).count();
  const auto side = facts.ahead->count() < 0 ? " behind" : " ahead of";
  const auto what = "Redis' clock is " + short_time(seconds) + side + " this machine's";
  const std::string advice = "keep both in step with NTP (chrony, systemd-timesyncd)";
  if (off > kClockSkew) return fail("redis.time", what, advice);
  if (off > kClockNotice) return warn("redis.time", what, advice);
  return ok("redis.time", "Redis' clock is in step with this machine's");
}

Finding judge_eviction(const RedisFacts& facts) {
  if (!facts.memory || facts.memory->eviction_policy.empty()) {
    return skip("redis.eviction", "Redis does not tell its maxmemory-policy");
  }
  const auto what = "maxmemory-policy " + base::printable(facts.memory->eviction_policy, 40);
  if (!facts.memory->evicts()) return ok("redis.eviction", what);
  return fail("redis.eviction", what + ": an evicted ring looks like a quiet channel, so losses go unnoticed",
              config_set("maxmemory-policy noeviction") + ", and the same in redis.conf");
}

Finding judge_memory(const RedisFacts& facts) {
  if (!facts.memory) return skip("redis.memory", "Redis does not tell how much memory it uses");
  const auto& memory = *facts.memory;
  const auto used = short_bytes(memory.used_bytes) + " used";
  if (memory.limit_bytes == 0) return ok("redis.memory", used + ", maxmemory is not set");
  const auto what = used + " of maxmemory " + short_bytes(memory.limit_bytes);
  const std::string advice =
      "raise maxmemory, or keep less (backplane.history.events, ttl): a full Redis refuses events";
  if (memory.percent() >= redis::kFullPercent) return fail("redis.memory", what, advice);
  if (memory.percent() >= redis::kNearlyFullPercent) return warn("redis.memory", what, advice);
  return ok("redis.memory", what);
}

Finding judge_clients(const RedisFacts& facts) {
  const auto most = number_of(facts.info, "maxclients");
  const auto connected = number_of(facts.info, "connected_clients");
  if (most == 0) return skip("redis.clients", "Redis does not tell maxclients");
  const auto what = std::to_string(connected) + " of " + std::to_string(most) + " clients";
  if (connected >= most / 100 * 80) {
    return warn("redis.clients", what, "raise maxclients: publishers and daemons are turned away beyond it");
  }
  return ok("redis.clients", what);
}

void judge_persistence(const RedisFacts& facts, Findings& findings) {
  const auto& info = facts.info;
  if (text_of(info, "aof_last_write_status") == "err") {
    findings.push_back(fail("redis.persistence", "Redis cannot write its append-only file, and refuses events",
                            "see its log and its disk"));
  }
  const bool aof = text_of(info, "aof_enabled") == "1";
  const bool replicas = number_of(info, "connected_slaves") > 0;
  if (aof) {
    findings.push_back(ok("redis.persistence", "appendonly yes"));
  } else if (replicas) {
    findings.push_back(ok("redis.persistence", "appendonly no, with replicas"));
  } else {
    findings.push_back(warn("redis.persistence", "appendonly no, and no replica: a crash of Redis forgets events",
                            config_set("appendonly yes") + ", and the same in redis.conf"));
  }
}

void judge_replicas(const RedisFacts& facts, const RedisFacts::Fields& settings, Findings& findings) {
  const auto replicas = number_of(facts.info, "connected_slaves");
  if (replicas == 0) return;
  const auto wanted = number_of(settings, "min-replicas-to-write");
  if (wanted == 0) {
    findings.push_back(warn("redis.replicas",
                            "min-replicas-to-write 0: a primary that is cut off takes events that "
                            "the failover then forgets",
                            config_set("min-replicas-to-write 1")));
  } else if (replicas < wanted) {
    findings.push_back(fail("redis.replicas",
                            std::to_string(replicas) + " replicas, min-replicas-to-write wants " +
                                std::to_string(wanted) + ": Redis refuses events",
                            "bring the replicas back"));
  } else {
    findings.push_back(
        ok("redis.replicas", std::to_string(replicas) + " replicas, min-replicas-to-write " + std::to_string(wanted)));
  }
}

/// `normal 0 0 0 slave … pubsub 33554432 8388608 60`
Finding judge_output_buffer(const RedisFacts::Fields& settings) {
  const auto limits = text_of(settings, "client-output-buffer-limit");
  const auto words = base::split(limits, ' ');
  for (std::size_t i = 0; i + 3 < words.size(); ++i) {
    if (words[i] != "pubsub") continue;
    const auto hard = base::parse_decimal(words[i + 1]).value_or(0);
    const auto soft = base::parse_decimal(words[i + 2]).value_or(0);
    const auto what = "client-output-buffer-limit pubsub: " + short_bytes(hard) + " at once, " + short_bytes(soft) +
                      " for " + std::string(words[i + 3]) + " s";
    const auto advice =
        config_set("client-output-buffer-limit 'pubsub 256mb 64mb 60'") + ", and the same in redis.conf";
    if (hard == 0 && soft == 0) {
      return warn("redis.output_buffer", "client-output-buffer-limit pubsub is off: a daemon that hangs fills Redis",
                  advice);
    }
    if ((hard != 0 && hard < kPubsubHard) || (soft != 0 && soft < kPubsubSoft)) {
      return warn("redis.output_buffer", what + ": a burst of large events cuts daemons off", advice);
    }
    return ok("redis.output_buffer", what);
  }
  return skip("redis.output_buffer", "CONFIG GET client-output-buffer-limit names no pubsub");
}

Finding judge_keepalive(const RedisFacts::Fields& settings) {
  const auto timeout = number_of(settings, "timeout");
  const auto keepalive = number_of(settings, "tcp-keepalive");
  const auto what = "timeout " + std::to_string(timeout) + ", tcp-keepalive " + std::to_string(keepalive);
  if (timeout != 0) return warn("redis.timeouts", what + ": idle publishers are cut off", config_set("timeout 0"));
  if (keepalive == 0 || keepalive > kMaxKeepalive) {
    return warn("redis.timeouts", what + ": connections of machines that are gone stay",
                config_set("tcp-keepalive 60"));
  }
  return ok("redis.timeouts", what);
}

Finding judge_busy(const RedisFacts::Fields& settings) {
  const auto threshold = number_of(settings, "busy-reply-threshold");
  const auto what = "busy-reply-threshold " + std::to_string(threshold);
  if (threshold != 0 && threshold < kReplyDeadlineMs) return ok("redis.busy", what);
  return warn("redis.busy", what + ": daemons take a Redis with a slow script for a dead one after 5 s",
              config_set("busy-reply-threshold 2000"));
}

}  // namespace

Findings judge_redis(const RedisFacts& facts, const config::Backplane& backplane, std::uint64_t library) {
  Findings findings;
  findings.push_back(judge_version(facts));
  judge_rights(facts, findings);
  findings.push_back(judge_functions(facts, backplane.redis, library));
  judge_clock(facts, backplane.history, findings);
  findings.push_back(judge_time(facts));
  findings.push_back(judge_eviction(facts));
  findings.push_back(judge_memory(facts));
  findings.push_back(judge_clients(facts));
  judge_persistence(facts, findings);
  if (!facts.settings) {
    findings.push_back(skip("redis.settings",
                            "output buffers, time limits and replication were not looked at: " + facts.settings_refusal,
                            "to have them looked at, too: --admin-user NAME --admin-password-file FILE"));
    return findings;
  }
  judge_replicas(facts, *facts.settings, findings);
  findings.push_back(judge_output_buffer(*facts.settings));
  findings.push_back(judge_keepalive(*facts.settings));
  findings.push_back(judge_busy(*facts.settings));
  return findings;
}

}  // namespace freshet::ctl
