#include "ctl/redis_findings.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "unit/ctl/findings_support.h"

using namespace freshet;
using namespace freshet::ctl;
using namespace std::chrono_literals;
using test::contains;
using test::finding;

namespace {

/// A Redis about which there is nothing to say.
RedisFacts good() {
  RedisFacts facts;
  facts.info = {{"redis_version", "7.0.15"},
                {"connected_clients", "3"},
                {"maxclients", "10000"},
                {"aof_enabled", "1"},
                {"connected_slaves", "1"}};
  facts.memory = redis::Memory{1'000'000, 0, "noeviction"};
  facts.settings = {
      {"client-output-buffer-limit", "normal 0 0 0 slave 268435456 67108864 60 pubsub 268435456 67108864 60"},
      {"timeout", "0"},
      {"tcp-keepalive", "60"},
      {"busy-reply-threshold", "2000"},
      {"min-replicas-to-write", "1"}};
  facts.functions = 1;
  facts.clock = {{"ring", "256"}, {"ttl", "3600"}, {"max_bytes", "262144"}};
  facts.ahead = 100us;
  facts.round_trip = 300us;
  return facts;
}

Finding judge(const RedisFacts& facts, const std::string& check, bool load_functions = true) {
  config::Backplane backplane;
  backplane.redis.load_functions = load_functions;
  return finding(judge_redis(facts, backplane, 1), check);
}

}  // namespace

TEST_CASE("a good Redis is fine in everything") {
  for (const auto& each : judge_redis(good(), {}, 1)) {
    INFO(each.check << ": " << each.what);
    CHECK(each.verdict == Verdict::kOk);
    CHECK(each.advice.empty());
  }
}

TEST_CASE("a Redis older than 7 fails") {
  auto facts = good();
  facts.info["redis_version"] = "6.2.14";
  CHECK(judge(facts, "redis.version").verdict == Verdict::kFail);
  facts.info["redis_version"] = "10.1";
  CHECK(judge(facts, "redis.version").verdict == Verdict::kOk);
  facts.info.erase("redis_version");
  CHECK(judge(facts, "redis.version").verdict == Verdict::kWarn);
}

TEST_CASE("memory is judged by its share of maxmemory") {
  auto facts = good();
  facts.memory->limit_bytes = 1'000'000;
  CHECK(judge(facts, "redis.memory").verdict == Verdict::kFail);
  CHECK(judge(facts, "redis.memory").what == "977 KiB used of maxmemory 977 KiB");
  facts.memory->limit_bytes = 1'200'000;
  CHECK(judge(facts, "redis.memory").verdict == Verdict::kWarn);
  facts.memory->limit_bytes = 2'000'000;
  CHECK(judge(facts, "redis.memory").verdict == Verdict::kOk);
  facts.memory.reset();
  CHECK(judge(facts, "redis.memory").verdict == Verdict::kSkip);
  CHECK(judge(facts, "redis.eviction").verdict == Verdict::kSkip);
}

TEST_CASE("clocks may differ by what the way takes") {
  auto facts = good();
  facts.ahead = 1200ms;
  facts.round_trip = 600ms;
  CHECK(judge(facts, "redis.time").verdict == Verdict::kOk);
  facts.round_trip = 2ms;
  CHECK(judge(facts, "redis.time").verdict == Verdict::kWarn);
  facts.ahead = -30s;
  const auto late = judge(facts, "redis.time");
  CHECK(late.verdict == Verdict::kFail);
  CHECK(contains(late.what, "30 s behind"));
}

TEST_CASE("a missing library is the first daemon's affair, unless it may not load it") {
  auto facts = good();
  facts.functions.reset();
  facts.functions_refusal = "ERR Function not found";
  CHECK(judge(facts, "redis.functions").verdict == Verdict::kWarn);
  CHECK(judge(facts, "redis.functions", false).verdict == Verdict::kFail);
  facts.functions_refusal = "NOPERM this user has no permissions";
  CHECK(judge(facts, "redis.functions").verdict == Verdict::kFail);
  facts.functions = 2;
  CHECK(judge(facts, "redis.functions", false).verdict == Verdict::kOk);
}

TEST_CASE("every setting of the history that differs is named") {
  auto facts = good();
  facts.clock = {{"ring", "100"}, {"ttl", "3600"}, {"max_bytes", "1"}};
  std::string all;
  for (const auto& each : judge_redis(facts, {}, 1)) all += each.verdict == Verdict::kWarn ? each.what + '\n' : "";
  CHECK(contains(all, "backplane.history.events is 256 in the file and 100 in Redis"));
  CHECK(contains(all, "backplane.history.max_event_bytes is 262144 in the file and 1 in Redis"));
  CHECK_FALSE(contains(all, "ttl"));
  facts.clock = RedisFacts::Fields();
  CHECK(judge(facts, "redis.history").verdict == Verdict::kOk);
}

TEST_CASE("what Redis would forget is told") {
  auto facts = good();
  facts.info["aof_enabled"] = "0";
  CHECK(judge(facts, "redis.persistence").verdict == Verdict::kOk);
  facts.info["connected_slaves"] = "0";
  CHECK(judge(facts, "redis.persistence").verdict == Verdict::kWarn);
  facts.info["aof_last_write_status"] = "err";
  CHECK(judge(facts, "redis.persistence").verdict == Verdict::kFail);
}

TEST_CASE("replicas must be asked for, and there") {
  auto facts = good();
  (*facts.settings)["min-replicas-to-write"] = "0";
  CHECK(judge(facts, "redis.replicas").verdict == Verdict::kWarn);
  (*facts.settings)["min-replicas-to-write"] = "2";
  CHECK(judge(facts, "redis.replicas").verdict == Verdict::kFail);
  facts.info["connected_slaves"] = "0";
  CHECK(judge(facts, "redis.replicas").check.empty());
}

TEST_CASE("settings that may not be read are left out, with the reason") {
  auto facts = good();
  facts.settings.reset();
  facts.settings_refusal = "NOPERM this user";
  const auto skipped = judge(facts, "redis.settings");
  CHECK(skipped.verdict == Verdict::kSkip);
  CHECK(contains(skipped.what, "NOPERM"));
  CHECK(judge(facts, "redis.busy").check.empty());
}

TEST_CASE("each right that is missing is a finding of its own") {
  auto facts = good();
  facts.refused = {{"+hmget", "NOPERM x", true, ""}, {"+lpush", "NOPERM y", false, "publishing over HTTP"}};
  const auto findings = judge_redis(facts, {}, 1);
  CHECK(finding(findings, "redis.rights").verdict == Verdict::kFail);
  CHECK(contains(finding(findings, "redis.rights").advice, "+hmget"));
  CHECK(std::count_if(findings.begin(), findings.end(),
                      [](const auto& each) { return each.check == "redis.rights"; }) == 2);
}
