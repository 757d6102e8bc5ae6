#include "ctl/doctor.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "ctl/channel_to_open.h"
#include "ctl/exit_codes.h"
#include "ctl/file_access.h"
#include "ctl/instance_findings.h"
#include "ctl/redis_findings.h"
#include "ctl/redis_session.h"
#include "ctl/stream_findings.h"
#include "ctl/system_findings.h"
#include "ctl/text.h"
#include "redis/functions_source.h"

namespace freshet::ctl {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kInstanceTimeout{3000};
/// A heartbeat may come so much later than it is due.
constexpr milliseconds kHeartbeatGrace{5000};

bool failed(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const auto& each) { return each.verdict == Verdict::kFail; });
}

void append(Findings& findings, Findings more) {
  for (auto& each : more) findings.push_back(std::move(each));
}

Findings look_at_config(const Settings& settings) {
  Findings findings;
  const auto advice = settings.forbidden() ? how_to_be_let_in(settings.file, Access::kRead)
                                           : "freshetd --check-config checks a file before it is used";
  for (const auto& error : settings.trouble) findings.push_back(fail("config.file", error.message, advice));
  if (!findings.empty()) return findings;
  if (settings.file.empty()) {
    return {warn("config.file", std::string("there is no ") + kDefaultConfigFile + ": defaults are assumed",
                 "name the daemons' file with --config")};
  }
  return {ok("config.file", settings.file + " is valid")};
}

Findings look_at_redis(const DoctorOptions& options, const Settings& settings) {
  const auto& backplane = settings.config.backplane;
  if (!settings.usable()) return {skip("redis.connect", "Redis was not looked at: the configuration is not valid")};
  if (backplane.type == config::BackplaneType::kMemory) {
    return {skip("redis.connect", "backplane.type is memory: there is no Redis to look at")};
  }
  auto session = RedisSession::open(settings.config);
  if (!session) {
    return {fail("redis.connect", session.error().message,
                 "see backplane.redis in the file (url, username, password_file, tls, sentinel), and that Redis runs")};
  }
  Findings findings{ok("redis.connect", (*session)->place() + " is reached and takes the daemons' login")};
  std::unique_ptr<RedisSession> admin;
  if (!options.admin_user.empty()) {
    auto opened = RedisSession::open(settings.config, redis::Login{.username = options.admin_user,
                                                                   .password = {},
                                                                   .password_file = options.admin_password_file,
                                                                   .password_key = "--admin-password-file"});
    if (opened) {
      admin = std::move(*opened);
    } else {
      findings.push_back(fail("redis.admin", opened.error().message, "see --admin-user and --admin-password-file"));
    }
  }
  const auto facts = ask_facts(**session, admin.get(),
                               {.prefix = backplane.redis.prefix,
                                .loads_functions = backplane.redis.load_functions,
                                .has_sentinels = !backplane.redis.sentinel.master.empty()});
  if (!facts) {
    findings.push_back(fail("redis.connect", facts.error().message, "see the log of Redis"));
    return findings;
  }
  append(findings, judge_redis(*facts, backplane, redis::functions_version()));
  return findings;
}

Findings look_at_instances(const std::vector<Endpoint>& listeners, const std::vector<std::string>& headers,
                           const config::Config& config) {
  std::vector<HttpRequest> requests;
  for (const auto& listener : listeners) {
    for (const auto* path : {"/readyz", "/status"}) {
      auto request = HttpRequest::to(listener, path);
      request.timeout = request.connect_timeout = kInstanceTimeout;
      request.headers = headers;
      requests.push_back(std::move(request));
    }
  }
  auto replies = fetch_all(std::move(requests));
  std::vector<InstanceAnswers> answers;
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    answers.push_back({listeners[i], std::move(replies[2 * i]), std::move(replies[2 * i + 1])});
  }
  return judge_instances(answers, config);
}

Findings look_at_url(const DoctorOptions& options, const Settings& settings, StreamProbe probe,
                     const std::vector<Endpoint>& listeners, const std::vector<std::string>& key) {
  probe.channel = options.channel.empty() ? channel_to_open(settings.config.auth.public_channels) : options.channel;
  probe.origin = options.origin;
  probe.insecure = options.insecure;
  if (options.slow) probe.heartbeat = settings.config.streams.heartbeat + kHeartbeatGrace;
  // Nobody else listens to a channel of this name.
  if (probe.opens_own_channel()) {
    probe.publish = [&listeners, &key, channel = probe.channel] {
      Query query;
      query.add("channel", channel);
      query.add("event", kProbeEvent);
      query.add("live", "1");
      HttpRequest request;
      request.method = "POST";
      request.headers = key;
      request.body = "{}";
      const auto reply = ask_any(listeners, request, "/publish" + query.text());
      return reply && reply->head.status == 200;
    };
  }
  return judge_stream(probe, look_at_stream(probe));
}

std::string summary(const Findings& findings) {
  const auto count = [&](Verdict verdict) {
    return std::count_if(findings.begin(), findings.end(), [&](const auto& each) { return each.verdict == verdict; });
  };
  return std::to_string(count(Verdict::kFail)) + " failed, " + std::to_string(count(Verdict::kWarn)) + " to look at, " +
         std::to_string(count(Verdict::kOk)) + " fine, " + std::to_string(count(Verdict::kSkip)) + " not looked at\n";
}

Colour colour_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return Colour::kGreen;
    case Verdict::kWarn:
      return Colour::kYellow;
    case Verdict::kFail:
      return Colour::kRed;
    case Verdict::kSkip:
      return Colour::kDim;
  }
  return Colour::kNone;
}

}  // namespace

std::string report(const Findings& findings, const Output& output) {
  constexpr std::size_t kNameWidth = 4;
  std::string text;
  for (const auto& each : findings) {
    const auto name = name_of(each.verdict);
    text += output.paint(colour_of(each.verdict), name) + std::string(kNameWidth - name.size(), ' ') + "  " +
            output.paint(Colour::kDim, each.check) + ": " + one_line(each.what) + '\n';
    if (!each.advice.empty()) text += "      -> " + one_line(each.advice) + '\n';
  }
  return text + summary(findings);
}

std::string report_json(const Findings& findings) {
  nlohmann::ordered_json json;
  json["ok"] = !failed(findings);
  json["findings"] = nlohmann::ordered_json::array();
  for (const auto& each : findings) {
    nlohmann::ordered_json finding{{"check", each.check}, {"verdict", name_of(each.verdict)}, {"what", each.what}};
    if (!each.advice.empty()) finding["advice"] = each.advice;
    json["findings"].push_back(std::move(finding));
  }
  return json_line(json);
}

int doctor(const DoctorOptions& options, const CommonOptions& common, const Output& output) {
  const auto settings = load_settings(common);
  const auto listeners = choose_listeners(options.ops.addresses, settings);
  const auto key = authorization(options.ops.key_file);
  const auto token = authorization(options.token_file);
  StreamProbe probe;
  if (!options.url.empty()) {
    auto endpoint = parse_endpoint(options.url);
    if (!endpoint) {
      output.complain("--url: " + endpoint.error().message);
      return kExitUsage;
    }
    probe.endpoint = std::move(*endpoint);
  }
  for (const auto* error :
       {listeners ? nullptr : &listeners.error(), key ? nullptr : &key.error(), token ? nullptr : &token.error()}) {
    if (error == nullptr) continue;
    output.complain(error->message);
    return kExitUsage;
  }

  auto findings = look_at_config(settings);
  append(findings, look_at_redis(options, settings));
  append(findings, judge_kernel(ask_kernel(), settings.config));
  append(findings, look_at_instances(*listeners, *key, settings.config));
  if (!options.url.empty()) {
    probe.headers = *token;
    append(findings, look_at_url(options, settings, std::move(probe), *listeners, *key));
  }
  const auto ended = output.print(common.json ? report_json(findings) : report(findings, output));
  return ended.value_or(failed(findings) ? kExitFailed : kExitOk);
}

}  // namespace freshet::ctl
