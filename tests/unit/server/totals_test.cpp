#include "server/totals.h"

#include <catch2/catch.hpp>

using freshet::broker::Counters;
using freshet::server::Shed;
using freshet::server::Statistics;
using freshet::server::totals_of;

TEST_CASE("Totals hold what was counted, and a zero for what can come") {
  Statistics server;
  server.outcomes["stream"] = 3;
  server.shed[Shed::kKeys] = 2;
  Counters hub;
  hub.rejected["future"] = 4;
  const auto totals = totals_of(server, hub);
  CHECK(totals.connections.at("stream") == 3);
  CHECK(totals.connections.at("shed") == 0);
  CHECK(totals.shed == freshet::server::Tally{{"connection_rate", 0},
                                              {"connections", 0},
                                              {"connections_per_address", 0},
                                              {"connections_per_user", 0},
                                              {"descriptors", 0},
                                              {"draining", 0},
                                              {"keys", 2},
                                              {"memory", 0}});
  CHECK(totals.records_rejected.at("future") == 4);
  CHECK(totals.resumes.at("history-lost") == 0);
}
