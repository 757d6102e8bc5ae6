#include "server/totals.h"

#include <catch2/catch.hpp>

using freshet::broker::Counters;
using freshet::server::Statistics;
using freshet::server::totals_of;

TEST_CASE("Totals hold what was counted, and a zero for what can come") {
  Statistics server;
  server.outcomes["stream"] = 3;
  server.shed["unforeseen"] = 2;
  Counters hub;
  hub.rejected["future"] = 4;
  const auto totals = totals_of(server, hub);
  CHECK(totals.connections.at("stream") == 3);
  CHECK(totals.connections.at("shed") == 0);
  CHECK(totals.shed.at("unforeseen") == 2);
  CHECK(totals.shed.at("memory") == 0);
  CHECK(totals.records_rejected.at("future") == 4);
  CHECK(totals.resumes.at("history-lost") == 0);
}
