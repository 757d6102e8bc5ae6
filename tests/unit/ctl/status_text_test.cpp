#include "ctl/status_text.h"

#include <catch2/catch.hpp>

#include "unit/ctl/findings_support.h"

using namespace freshet::ctl;
using freshet::test::contains;

namespace {

StatusRow row_of(const std::string& instance, const std::string& trouble = {}) {
  StatusRow row{"unix:/run/freshet/" + instance + ".ops.sock", trouble, {}, {}};
  row.status.instance = instance;
  row.status.state = "ready";
  return row;
}

}  // namespace

TEST_CASE("an instance that never had a probe has no time for it") {
  auto row = row_of("1");
  row.status.backplane = "redis";
  row.status.backplane_up = true;
  CHECK(contains(status_table({row}, Output()), "-      -  up\n"));
  row.status.probe_seconds = 0.000'4;
  CHECK(contains(status_table({row}, Output()), "-  400 µs  up\n"));
}

TEST_CASE("why a row has no status stands in its place") {
  const auto table = status_table({row_of("1", "answers 401 Unauthorized")}, Output());
  CHECK(contains(table, "\nunix:/run/freshet/1.ops.sock  answers 401 Unauthorized\n"));
}

TEST_CASE("instances that only Redis knows are named, and what is not certain is not said") {
  CHECK(status_notes({row_of("1")}, {}).empty());
  CHECK(status_notes({row_of("1")}, {"2", "3"}) == "also on this Redis, without a row here: 2, 3\n");
  CHECK(status_notes({row_of("1"), row_of("", "no answer: Connection refused")}, {"2", "3"}) ==
        "also on this Redis (a row without a status may be one of them): 2, 3\n");
}
