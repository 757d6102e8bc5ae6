#include "ctl/instance_findings.h"

#include <nlohmann/json.hpp>
#include <set>

#include "ctl/file_access.h"
#include "ctl/listeners.h"
#include "ctl/system_facts.h"
#include "ctl/system_findings.h"
#include "ctl/text.h"

namespace freshet::ctl {
namespace {

std::string reason_in(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  const bool told = json.is_object() && json.contains("reason") && json["reason"].is_string();
  return told ? one_line(json["reason"].get<std::string>(), 300) : std::string();
}

/// What to do about a listener that does not answer.
std::string advice_on_silence(const Endpoint& listener) {
  if (listener.fits_nothing) return std::string(kStartsInstance);
  if (!listener.unix_socket.empty() && is_forbidden(listener.unix_socket, Access::kWrite)) {
    return how_to_be_let_in(listener.unix_socket, Access::kWrite);
  }
  return "systemctl status 'freshet@*'; a socket file without a daemon can be removed";
}

Finding judge_readiness(const std::string& name, const InstanceAnswers& answers) {
  const auto& reply = answers.readyz;
  if (!reply) {
    const auto& listener = answers.listener;
    const auto why = listener.fits_nothing ? "nothing fits this pattern" : why_silent(listener, reply.error());
    return fail("instance.ready", name + " does not answer: " + why, advice_on_silence(listener));
  }
  if (reply->head.status == 200) return ok("instance.ready", name + " is ready");
  if (reply->head.status == 503) {
    const auto reason = reason_in(reply->body);
    return fail("instance.ready", name + " is not ready" + (reason.empty() ? "" : ": " + reason),
                "see its log: journalctl -u 'freshet@*'");
  }
  return fail("instance.ready", name + " answers /readyz with " + describe(reply->head, reply->body),
              "see that this is the operations listener of a freshetd, and that its host is in ops.hosts");
}

}  // namespace

Findings judge_instances(const std::vector<InstanceAnswers>& answers, const config::Config& config) {
  Findings findings;
  std::set<std::string> versions;
  bool saw_descriptors = false;
  bool wants_key = false;
  for (const auto& each : answers) {
    const bool answered = each.status && each.status->head.status == 200;
    const auto status =
        answered ? parse_status(each.status->body) : base::Result<InstanceStatus>(base::fail("no answer"));
    const auto name = status ? "instance " + one_line(status->instance) : each.listener.name;
    findings.push_back(judge_readiness(name, each));
    wants_key = wants_key || (each.status && each.status->head.status == 401);
    if (!status) continue;
    versions.insert(status->version);
    if (const auto limit = descriptor_limit(status->pid)) {
      saw_descriptors = true;
      const auto wanted = status->connection_limit != 0 ? status->connection_limit : config.limits.connections;
      findings.push_back(judge_descriptors(name + " (pid " + std::to_string(status->pid) + ")", *limit, wanted));
    }
  }
  if (!saw_descriptors) {
    findings.push_back(unseen_descriptors(config.limits.connections));
    if (wants_key) findings.back().advice += "; --key-file FILE, to be told";
  }
  if (versions.size() > 1) {
    std::string list;
    for (const auto& version : versions) list += (list.empty() ? "" : ", ") + one_line(version);
    findings.push_back(warn("instance.versions", "instances of different versions run: " + list,
                            "restart those of the older one: systemctl restart 'freshet@*'"));
  }
  return findings;
}

}  // namespace freshet::ctl
