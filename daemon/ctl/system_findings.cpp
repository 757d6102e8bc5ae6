#include "ctl/system_findings.h"

#include <algorithm>

#include "ctl/quantity.h"

namespace freshet::ctl {
namespace {

/// What the listeners ask for.
constexpr std::uint64_t kBacklog = 65535;
/// Above limits.connections: 1024 connections that are being told to come back, and what the process needs for itself
/// (listeners, operators, Redis, the log).
constexpr std::uint64_t kOtherDescriptors = 1100;

std::string sysctl(const std::string& setting) {
  return "sysctl -w " + setting + ", and the same in a file of /etc/sysctl.d";
}

}  // namespace

Findings judge_kernel(const KernelFacts& facts, const config::Config& config) {
  Findings findings;
  if (facts.somaxconn) {
    const auto what = "net.core.somaxconn is " + std::to_string(*facts.somaxconn);
    findings.push_back(*facts.somaxconn >= kBacklog
                           ? ok("system.backlog", what)
                           : warn("system.backlog", what + ": of a crowd that comes back at once, no more can wait",
                                  sysctl("net.core.somaxconn=65535")));
  }
  const auto buffer = config.streams.write_buffer_bytes;
  if (facts.wmem_max) {
    const auto what = "net.core.wmem_max is " + short_bytes(*facts.wmem_max);
    findings.push_back(*facts.wmem_max >= buffer
                           ? ok("system.write_buffer", what)
                           : warn("system.write_buffer",
                                  what + ", less than streams.write_buffer (" + short_bytes(buffer) + ")",
                                  sysctl("net.core.wmem_max=" + std::to_string(buffer))));
  }
  // A listener that only this machine reaches has a proxy in front of it.
  const bool behind_tcp = std::any_of(config.listen.begin(), config.listen.end(),
                                      [](const auto& each) { return !each.is_unix() && each.is_loopback(); });
  if (facts.local_ports && behind_tcp) {
    const auto what = std::to_string(*facts.local_ports) + " ports in net.ipv4.ip_local_port_range";
    const auto wanted = config.limits.connections;
    findings.push_back(*facts.local_ports >= wanted
                           ? ok("system.ports", what)
                           : warn("system.ports",
                                  what + ", limits.connections is " + std::to_string(wanted) +
                                      ": a proxy on this machine reaches a TCP listener with no more streams",
                                  "listen on a unix socket (listen: [\"unix:/run/freshet/{instance}.sock\"]), or " +
                                      sysctl("net.ipv4.ip_local_port_range=\"1024 65535\"")));
  }
  return findings;
}

Finding judge_descriptors(const std::string& whose, std::uint64_t limit, std::uint64_t connections) {
  const auto what = whose + " may open " + std::to_string(limit) + " files";
  const auto wanted = connections + kOtherDescriptors;
  if (limit >= wanted) return ok("system.descriptors", what);
  const auto more = what + ", limits.connections is " + std::to_string(connections);
  const auto advice =
      "LimitNOFILE=" + std::to_string(wanted) + " in the unit, or ulimit -n; or lower limits.connections";
  if (limit <= connections) return fail("system.descriptors", more, advice);
  return warn("system.descriptors", more + ": when it is full, who should be told to come back may be cut off", advice);
}

Finding unseen_descriptors(std::uint64_t connections) {
  return skip("system.descriptors", "no running daemon of this machine has told whose limit of files to look at",
              "limits.connections " + std::to_string(connections) + " needs " +
                  std::to_string(connections + kOtherDescriptors) +
                  ": LimitNOFILE= of the unit, which freshet@.service sets, or ulimit -n without one");
}

}  // namespace freshet::ctl
