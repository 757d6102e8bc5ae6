// The rules of exact resume as a property of the real hub, over simulated faults. A failing seed replays:
//   FRESHET_FAULTS=all FRESHET_SEEDS=17:18 FRESHET_TRACE=1 broker_test "[property]"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "sim/world.h"

using freshet::test::sim::Sabotage;
using freshet::test::sim::World;

namespace {

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

int failing_seeds(const std::string& faults, Sabotage sabotage, std::uint64_t seeds) {
  int failing = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) failing += World(seed, faults, sabotage).run().empty() ? 0 : 1;
  return failing;
}

}  // namespace

TEST_CASE("every client gets every event once and in order, or is told, through all faults", "[property]") {
  const auto range = environment("FRESHET_SEEDS", "0:3000");
  const auto colon = range.find(':');
  const auto first = std::stoull(range.substr(0, colon));
  const auto last = std::stoull(range.substr(colon + 1));
  const auto only = environment("FRESHET_FAULTS", "");
  for (const std::string faults :
       {"none", "net", "quiet", "redis", "clock", "trip", "ttl", "lostwrites", "silent", "lead", "all"}) {
    if (!only.empty() && faults != only) continue;
    int events = 0;
    int bad = 0;
    for (auto seed = first; seed < last; ++seed) {
      World world(seed, faults);
      world.trace = std::getenv("FRESHET_TRACE") != nullptr;
      const auto violations = world.run();
      events += world.statistics["events"];
      bad += violations.empty() ? 0 : 1;
      if (!violations.empty() && bad <= 3) {
        UNSCOPED_INFO(violations.front());
        FAIL_CHECK("faults " << faults << ", seed " << seed << ": " << violations.size() << " violations");
      }
    }
    CHECK(bad == 0);
    CHECK(events > static_cast<int>(last - first) * 50);
  }
}

TEST_CASE("the oracle notices when a rule is missing", "[property]") {
  CHECK(failing_seeds("lostwrites", {}, 300) == 0);
  CHECK(failing_seeds("lostwrites", {.no_epoch = true}, 300) > 0);
  CHECK(failing_seeds("lostwrites", {.no_evidence = true}, 300) > 0);
}
