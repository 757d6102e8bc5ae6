#include "ctl/table.h"

#include <catch2/catch.hpp>

using namespace freshet::ctl;

TEST_CASE("columns are as wide as their widest cell, numbers stand to the right") {
  Table table({{"NAME"}, {"COUNT", true}, {"STATE"}});
  table.add({{"a"}, {"5"}, {"ready"}});
  table.add({{"longer"}, {"123456"}, {"x"}});
  CHECK(table.text(Output()) ==
        "NAME     COUNT  STATE\n"
        "a            5  ready\n"
        "longer  123456  x\n");
}

TEST_CASE("a short row's last cell runs on to the end of the line and widens nothing") {
  Table table({{"A"}, {"B", true}, {"C"}});
  table.add({{"one"}, {"a long sentence that says why not"}});
  table.add({{"two"}, {"1"}, {"c"}});
  CHECK(table.text(Output()) ==
        "A    B  C\n"
        "one  a long sentence that says why not\n"
        "two  1  c\n");
}

TEST_CASE("characters count, not bytes") {
  CHECK(width("257 µs") == 6);
  Table table({{"T", true}, {"E"}});
  table.add({{"257 µs"}, {"x"}});
  table.add({{"1.2 ms"}, {""}});
  CHECK(table.text(Output()) ==
        "     T  E\n"
        "257 µs  x\n"
        "1.2 ms\n");
}

TEST_CASE("where there is no room for all columns, those that matter least go first") {
  Table table({{"NAME"}, {.title = "LAST", .goes = 2}, {.title = "FIRST", .right = true, .goes = 1}, {"STATE"}});
  table.add({{"a"}, {"b"}, {"c"}, {"d"}});
  table.add({{"e"}, {"a sentence that runs on"}});
  CHECK(table.text(Output(), 24) ==
        "NAME  LAST  FIRST  STATE\n"
        "a     b         c  d\n"
        "e     a sentence that runs on\n");
  CHECK(table.text(Output(), 23) ==
        "NAME  LAST  STATE\n"
        "a     b     d\n"
        "e     a sentence that runs on\n");
  const auto narrow =
      "NAME  STATE\n"
      "a     d\n"
      "e     a sentence that runs on\n";
  CHECK(table.text(Output(), 16) == narrow);
  CHECK(table.text(Output(), 1) == narrow);
}
