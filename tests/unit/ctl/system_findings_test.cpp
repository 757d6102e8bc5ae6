#include "ctl/system_findings.h"

#include <catch2/catch.hpp>

#include "unit/ctl/findings_support.h"

using namespace freshet;
using namespace freshet::ctl;
using test::contains;
using test::finding;

namespace {

config::Config on_socket() {
  config::Config config;
  config.listen = {config::Address{.host = {}, .port = 0, .unix_path = "/run/freshet/{instance}.sock"}};
  return config;
}

}  // namespace

TEST_CASE("the kernel's settings are held against what the daemon asks for") {
  const KernelFacts good{65535, 65536, 28232};
  for (const auto& each : judge_kernel(good, on_socket())) CHECK(each.verdict == Verdict::kOk);

  const auto small = judge_kernel({4096, 32768, 28232}, on_socket());
  CHECK(finding(small, "system.backlog").verdict == Verdict::kWarn);
  CHECK(contains(finding(small, "system.backlog").advice, "net.core.somaxconn=65535"));
  CHECK(finding(small, "system.write_buffer").verdict == Verdict::kWarn);
  CHECK(contains(finding(small, "system.write_buffer").advice, "net.core.wmem_max=65536"));
}

TEST_CASE("ports matter only to a proxy that comes over TCP on this machine") {
  const KernelFacts facts{65535, 65536, 28232};
  CHECK(finding(judge_kernel(facts, on_socket()), "system.ports").check.empty());
  config::Config config;
  CHECK(finding(judge_kernel(facts, config), "system.ports").verdict == Verdict::kWarn);
  config.limits.connections = 20'000;
  CHECK(finding(judge_kernel(facts, config), "system.ports").verdict == Verdict::kOk);
  config.listen.front().host = "10.0.0.1";
  CHECK(finding(judge_kernel(facts, config), "system.ports").check.empty());
}

TEST_CASE("what the kernel does not tell is not judged") { CHECK(judge_kernel({}, {}).empty()); }

TEST_CASE("without a daemon, nobody's descriptors are judged") {
  const auto unseen = unseen_descriptors(1000);
  CHECK(unseen.verdict == Verdict::kSkip);
  CHECK(contains(unseen.what, "no running daemon"));
  CHECK(contains(unseen.advice, "needs 2100"));
}

TEST_CASE("descriptors must be enough for all streams, and for those who are told to come back") {
  CHECK(judge_descriptors("x", 2100, 1000).verdict == Verdict::kOk);
  const auto tight = judge_descriptors("instance 1", 2099, 1000);
  CHECK(tight.verdict == Verdict::kWarn);
  CHECK(contains(tight.what, "instance 1 may open 2099 files, limits.connections is 1000"));
  CHECK(contains(tight.advice, "LimitNOFILE=2100"));
  CHECK(judge_descriptors("x", 1001, 1000).verdict == Verdict::kWarn);
  const auto few = judge_descriptors("x", 1000, 1000);
  CHECK(few.verdict == Verdict::kFail);
  CHECK(contains(few.advice, "LimitNOFILE=2100"));
}
