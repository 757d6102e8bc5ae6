#include "ctl/stream_findings.h"

#include <string>

#include "base/text.h"
#include "ctl/text.h"

namespace freshet::ctl {
namespace {

constexpr std::chrono::milliseconds kPrompt{1500};

bool contains(std::string_view text, std::string_view part) {
  return base::to_lower(text).find(base::to_lower(part)) != std::string::npos;
}

std::string seconds(std::chrono::milliseconds time) {
  const auto tenths = (time.count() + 50) / 100;
  return std::to_string(tenths / 10) + '.' + std::to_string(tenths % 10) + " s";
}

/// What to do about a proxy that holds events back.
std::string unbuffered() {
  return "let the daemon's X-Accel-Buffering: no pass (no proxy_ignore_headers), or set proxy_buffering off; for "
         "proxies that hold back the first kilobytes: streams.padding";
}

Finding judge_delivery(const StreamProbe& probe, const StreamFacts& facts) {
  if (!probe.publish) {
    const auto opened =
        probe.endpoint.query.empty() ? "the channel " + one_line(probe.channel, 100) : "the URL's channels";
    return skip("url.delivery", opened + " may have other readers, so no event was published to see it come through",
                "name one that ends in " + std::string(kProbeEvent) + " with --channel");
  }
  if (!facts.opened) {
    return skip("url.delivery", "the opening event did not come, so no event was published to see it come through");
  }
  if (!facts.published) {
    return skip("url.delivery", "no operations listener took the event that was to come through",
                "name one of the daemons behind the URL with --ops, and a key with --key-file if they want one");
  }
  if (facts.until_event) return ok("url.delivery", "an event came through after " + seconds(*facts.until_event));
  return fail("url.delivery",
              "an event that was published did not come through within 3 s: something on the way buffers",
              unbuffered() + "; or the daemons behind the URL are others than those at --ops");
}

Finding judge_buffering(const StreamFacts& facts) {
  const auto advice = unbuffered();
  if (!facts.until_first_bytes) {
    const auto what = facts.has_head ? "the head came, but no byte of the stream" : "no byte came";
    return fail("url.buffering", std::string(what) + " within 3 s: something on the way buffers", advice);
  }
  const auto what = "the first bytes came after " + seconds(*facts.until_first_bytes);
  return *facts.until_first_bytes > kPrompt ? warn("url.buffering", what, advice) : ok("url.buffering", what);
}

Finding judge_open(const StreamProbe& probe, const StreamFacts& facts) {
  const auto& head = facts.head;
  const auto type = std::string(head.header("content-type"));
  const bool refused = head.status == 401 || head.status == 403;
  if (refused && !probe.headers.empty()) {
    return fail("url.open", "the stream was refused with " + describe(head, facts.first_bytes),
                "see that the token is valid, and its channels: docs/security.md");
  }
  if (refused) {
    return skip("url.open",
                "the stream was refused with " + describe(head, facts.first_bytes) + ": the rest was not looked at",
                "name a public channel (--channel), or give a token (--token-file)");
  }
  if (head.status != 200) {
    return fail("url.open", "the answer is " + describe(head, facts.first_bytes) + ", and final for an EventSource",
                head.status >= 500 ? "see that a daemon is up and that the proxy finds its socket; answer with retry "
                                     "(error_page 502 503 504) meanwhile: deploy/nginx/freshet.conf"
                                   : "see that this path goes to the daemon's /events");
  }
  if (head.media_type() != "text/event-stream") {
    return fail("url.open", "200, but the type is '" + one_line(type, 80) + "': something else answers",
                "see that this path goes to the daemon's /events");
  }
  return ok("url.open", "200 text/event-stream");
}

Finding judge_encoding(const HttpHead& head) {
  const auto encoding = head.header("content-encoding");
  if (encoding.empty()) return ok("url.compression", "not compressed");
  return fail("url.compression", "Content-Encoding: " + one_line(encoding, 40) + " holds events back",
              "no gzip for text/event-stream: take it out of gzip_types, or gzip off in this location");
}

Finding judge_protocol(const StreamProbe& probe, const HttpHead& head) {
  const auto version = one_line(head.version, 40);
  const bool tls = base::to_lower(probe.endpoint.base).starts_with("https://");
  if (!tls) return warn("url.protocol", version + " without TLS: tokens can be read on the way", "serve https://");
  if (head.version == "HTTP/2" || head.version == "HTTP/3") return ok("url.protocol", version + " over TLS");
  return warn("url.protocol", version + " over TLS: a browser opens six streams per site at most",
              "listen 443 ssl http2 (nginx 1.25 or newer: http2 on)");
}

Finding judge_headers(const HttpHead& head) {
  const bool nginx = contains(head.header("server"), "nginx");
  if (!contains(head.header("cache-control"), "no-transform")) {
    return warn("url.headers", "Cache-Control: no-transform has been lost: a proxy may change the stream",
                "leave Cache-Control to the daemon (no expires, no proxy_hide_header)");
  }
  if (!head.header("x-accel-buffering").empty() && nginx) {
    return warn("url.headers", "X-Accel-Buffering reaches the client through nginx, which may not act on it",
                "no proxy_pass_header X-Accel-Buffering, no proxy_ignore_headers X-Accel-Buffering");
  }
  if (nginx) return ok("url.headers", "nginx has acted on X-Accel-Buffering");
  return ok("url.headers", "Cache-Control has passed");
}

Finding judge_statuses(const StreamFacts& facts) {
  if (!facts.refusal) return skip("url.statuses", "a wrong request was not answered");
  const auto& head = facts.refusal->head;
  if (head.status == 400 && head.media_type() == "application/problem+json") {
    return ok("url.statuses", "errors keep their status and their reason");
  }
  if (head.status == 400) {
    return warn("url.statuses", "an error of the daemon keeps its status, but not its reason",
                "no error_page for 400, 401 and 403");
  }
  if (head.status == 401 || head.status == 403) {
    return ok("url.statuses", "errors keep their status (" + std::to_string(head.status) + ')');
  }
  return fail("url.statuses", "a wrong channel should be 400, but is " + describe(head, {}),
              "let the daemon's 400, 401 and 403 pass (error_page for 502, 503 and 504 only)");
}

Finding judge_heartbeat(const StreamProbe& probe, const StreamFacts& facts) {
  if (facts.until_heartbeat) {
    return ok("url.heartbeat", "after " + seconds(*facts.until_heartbeat) + " of silence, a heartbeat");
  }
  const std::string advice = "proxy_read_timeout (and every other idle timeout on the way) above streams.heartbeat";
  if (facts.ended) return fail("url.heartbeat", "the stream was ended before its first heartbeat", advice);
  return fail("url.heartbeat", "no heartbeat within " + seconds(*probe.heartbeat),
              "see that nothing on the way buffers, and streams.heartbeat");
}

Finding judge_cors(const StreamProbe& probe, const StreamFacts& facts) {
  const auto allowed = facts.head.header("access-control-allow-origin");
  const auto origin = one_line(probe.origin, 100);
  const auto advice = "cors.origins: [\"" + origin + "\"]";
  if (facts.head.status == 403) return fail("url.cors", "pages of " + origin + " are refused", advice);
  if (allowed != probe.origin && allowed != "*") {
    return fail("url.cors", "Access-Control-Allow-Origin does not name " + origin, advice);
  }
  if (!facts.preflight || facts.preflight->head.header("access-control-allow-origin").empty()) {
    return fail("url.cors", "the preflight (OPTIONS) is not answered for " + origin,
                "let OPTIONS through to the daemon");
  }
  return ok("url.cors", "pages of " + origin + " may read it");
}

}  // namespace

Findings judge_stream(const StreamProbe& probe, const StreamFacts& facts) {
  if (!facts.has_head && facts.failure) {
    return {fail("url.open", facts.failure->message, "see that the name, the port and the certificate are right")};
  }
  if (!facts.has_head) return {judge_buffering(facts)};
  Findings findings{judge_open(probe, facts)};
  if (findings.front().verdict == Verdict::kOk) {
    findings.push_back(judge_buffering(facts));
    findings.push_back(judge_delivery(probe, facts));
    findings.push_back(judge_encoding(facts.head));
    findings.push_back(judge_headers(facts.head));
    if (probe.heartbeat && facts.until_first_bytes) findings.push_back(judge_heartbeat(probe, facts));
  }
  if (!probe.origin.empty()) findings.push_back(judge_cors(probe, facts));
  findings.push_back(judge_protocol(probe, facts.head));
  findings.push_back(judge_statuses(facts));
  return findings;
}

}  // namespace freshet::ctl
