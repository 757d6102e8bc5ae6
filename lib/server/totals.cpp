#include "server/totals.h"

#include <initializer_list>
#include <utility>

namespace freshet::server {
namespace {

Tally at_least(Tally values, std::initializer_list<const char*> kinds) {
  for (const auto* kind : kinds) values.try_emplace(kind, 0);
  return values;
}

}  // namespace

Totals totals_of(const Statistics& server, const broker::Counters& hub) {
  Totals totals;
  totals.connections = at_least(server.outcomes, {"stream", "shed", "invalid", "unauthorized", "forbidden", "barred"});
  totals.disconnects = at_least(server.disconnects, {"client", "slow", "drain", "expired", "revoked", "error"});
  totals.resumes =
      at_least(hub.resumes, {"fresh", "complete", "earliest", "trimmed", "expired", "unknown-id", "history-lost"});
  totals.resets = at_least(hub.resets, {"trimmed", "expired", "history-lost"});
  totals.records_rejected =
      at_least(hub.rejected, {"malformed", "version", "event-name", "duplicate", "too-large", "future"});
  totals.auth_failures =
      at_least(server.auth_failures, {"missing", "forbidden", "malformed", "algorithm", "unknown_key", "signature",
                                      "expired", "not_yet", "issuer", "audience", "claims"});
  totals.control_messages = at_least(server.control_messages, {"disconnect", "ignored"});
  for (const auto reason : kAllSheds) {
    const auto counted = server.shed.find(reason);
    totals.shed.emplace(to_string(reason), counted == server.shed.end() ? 0 : counted->second);
  }
  return totals;
}

}  // namespace freshet::server
