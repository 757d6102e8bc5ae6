#include "ctl/stream_findings.h"

#include <catch2/catch.hpp>

#include "unit/ctl/findings_support.h"

using namespace freshet;
using namespace freshet::ctl;
using namespace std::chrono_literals;
using test::contains;
using test::finding;

namespace {

StreamProbe probe(const std::string& url = "https://events.example.com") {
  StreamProbe probe;
  probe.endpoint = *parse_endpoint(url);
  probe.publish = [] { return true; };
  return probe;
}

/// What a browser sees behind a good nginx.
StreamFacts good() {
  StreamFacts facts;
  facts.has_head = true;
  facts.head = {
      200,
      "HTTP/2",
      {{"content-type", "text/event-stream"}, {"cache-control", "no-cache, no-transform"}, {"server", "nginx"}}};
  facts.until_first_bytes = 3ms;
  facts.opened = true;
  facts.published = true;
  facts.until_event = 2ms;
  facts.refusal = HttpReply{{400, "HTTP/2", {{"content-type", "application/problem+json"}}}, "{}"};
  return facts;
}

Finding judge(const StreamFacts& facts, const std::string& check) {
  return finding(judge_stream(probe(), facts), check);
}

void set(HttpHead& head, const std::string& name, const std::string& value) {
  for (auto& header : head.headers) {
    if (header.first == name) header.second = value;
  }
  head.headers.emplace_back(name, value);
}

}  // namespace

TEST_CASE("a good way to the browser is fine in everything") {
  for (const auto& each : judge_stream(probe(), good())) {
    INFO(each.check << ": " << each.what);
    CHECK(each.verdict == Verdict::kOk);
  }
}

TEST_CASE("a way that holds bytes back is told by when they come") {
  auto facts = good();
  facts.until_first_bytes = 2000ms;
  CHECK(judge(facts, "url.buffering").verdict == Verdict::kWarn);
  facts.until_first_bytes.reset();
  CHECK(judge(facts, "url.buffering").verdict == Verdict::kFail);
  facts = good();
  facts.until_event.reset();
  CHECK(judge(facts, "url.delivery").verdict == Verdict::kFail);
}

TEST_CASE("delivery that was wanted and could not be looked at is said to be so") {
  auto facts = good();
  facts.published = false;
  CHECK(judge(facts, "url.delivery").verdict == Verdict::kSkip);
  CHECK(contains(judge(facts, "url.delivery").what, "no operations listener took"));
  facts.opened = false;
  CHECK(judge(facts, "url.delivery").verdict == Verdict::kSkip);
  CHECK(contains(judge(facts, "url.delivery").what, "opening event did not come"));
  auto quiet = probe();
  quiet.publish = nullptr;
  quiet.channel = "news";
  const auto of_others = finding(judge_stream(quiet, facts), "url.delivery");
  CHECK(of_others.verdict == Verdict::kSkip);
  CHECK(contains(of_others.what, "the channel news may have other readers"));
  CHECK(contains(of_others.advice, "--channel"));
  quiet.endpoint.query = "channel=news";
  CHECK(
      contains(finding(judge_stream(quiet, facts), "url.delivery").what, "the URL's channels may have other readers"));
}

TEST_CASE("what a server calls its protocol cannot control the terminal") {
  auto facts = good();
  facts.head.version = "HTTP/\x1b[31m";
  CHECK(contains(judge(facts, "url.protocol").what, "HTTP/\\x1b[31m over TLS"));
}

TEST_CASE("a way that never answers has one finding") {
  const auto findings = judge_stream(probe(), {});
  REQUIRE(findings.size() == 1);
  CHECK(findings.front().verdict == Verdict::kFail);
  StreamFacts refused;
  refused.failure = HttpFailure{"Connection refused", true};
  CHECK(contains(judge(refused, "url.open").what, "Connection refused"));
}

TEST_CASE("compression fails") {
  auto facts = good();
  set(facts.head, "content-encoding", "gzip");
  CHECK(judge(facts, "url.compression").verdict == Verdict::kFail);
}

TEST_CASE("HTTP/1.1 and plain HTTP are worth a word") {
  auto facts = good();
  facts.head.version = "HTTP/1.1";
  CHECK(contains(judge(facts, "url.protocol").what, "six streams"));
  CHECK(contains(finding(judge_stream(probe("http://x"), facts), "url.protocol").what, "without TLS"));
}

TEST_CASE("an answer that is no stream says what kind of mistake it is") {
  auto facts = good();
  facts.head.status = 502;
  CHECK(contains(judge(facts, "url.open").advice, "error_page"));
  facts.head.status = 404;
  CHECK(contains(judge(facts, "url.open").advice, "/events"));
  facts.head.status = 403;
  CHECK(judge(facts, "url.open").verdict == Verdict::kSkip);
  auto with_token = probe();
  with_token.headers = {"Authorization: Bearer x"};
  CHECK(finding(judge_stream(with_token, facts), "url.open").verdict == Verdict::kFail);
  facts = good();
  set(facts.head, "content-type", "text/html");
  CHECK(judge(facts, "url.open").verdict == Verdict::kFail);
  CHECK(judge(facts, "url.buffering").check.empty());
}

TEST_CASE("errors must keep their status") {
  auto facts = good();
  facts.refusal->head.status = 200;
  CHECK(judge(facts, "url.statuses").verdict == Verdict::kFail);
  facts = good();
  set(facts.refusal->head, "content-type", "text/html");
  CHECK(judge(facts, "url.statuses").verdict == Verdict::kWarn);
  facts.refusal->head.status = 401;
  CHECK(judge(facts, "url.statuses").verdict == Verdict::kOk);
  facts.refusal.reset();
  CHECK(judge(facts, "url.statuses").verdict == Verdict::kSkip);
}

TEST_CASE("a stream must live until its first heartbeat") {
  auto slow = probe();
  slow.heartbeat = 20s;
  auto facts = good();
  CHECK(contains(finding(judge_stream(slow, facts), "url.heartbeat").what, "no heartbeat within 20.0 s"));
  facts.ended = true;
  CHECK(contains(finding(judge_stream(slow, facts), "url.heartbeat").advice, "proxy_read_timeout"));
  facts.until_heartbeat = 15s;
  CHECK(finding(judge_stream(slow, facts), "url.heartbeat").verdict == Verdict::kOk);
  CHECK(judge(facts, "url.heartbeat").check.empty());
}

TEST_CASE("pages of other origins need an answer with their name, to the preflight as well") {
  auto from = probe();
  from.origin = "https://app.example.com";
  auto facts = good();
  const auto verdict = [&] { return finding(judge_stream(from, facts), "url.cors").verdict; };
  CHECK(verdict() == Verdict::kFail);
  set(facts.head, "access-control-allow-origin", from.origin);
  CHECK(verdict() == Verdict::kFail);
  facts.preflight = HttpReply{{204, "HTTP/2", {{"access-control-allow-origin", from.origin}}}, ""};
  CHECK(verdict() == Verdict::kOk);
  facts.head.status = 403;
  CHECK(verdict() == Verdict::kFail);
}
