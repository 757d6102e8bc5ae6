#include "ctl/doctor.h"

#include <catch2/catch.hpp>

using namespace freshet::ctl;

TEST_CASE("a report is a line for what was seen and one for what to change, and a sum") {
  const Findings findings{ok("config.file", "valid"), fail("redis.connect", "refused", "start it")};
  CHECK(report(findings, Output()) ==
        "ok    config.file: valid\nfail  redis.connect: refused\n      -> start it\n"
        "1 failed, 0 to look at, 1 fine, 0 not looked at\n");
  CHECK(report_json(findings) == R"({"ok":false,"findings":[{"check":"config.file","verdict":"ok","what":"valid"},)"
                                 R"({"check":"redis.connect","verdict":"fail","what":"refused","advice":"start it"}]})"
                                 "\n");
}

TEST_CASE("what others have said cannot control the terminal of who reads a report") {
  const Findings findings{warn("url.open", "\x1b[2J\u009b31m", "\x7f\n")};
  CHECK(report(findings, Output()).starts_with("warn  url.open: \\x1b[2J\\xc2\\x9b31m\n      -> \\x7f\\n\n"));
  CHECK(
      report_json(findings) ==
      R"({"ok":true,"findings":[{"check":"url.open","verdict":"warn","what":"\u001b[2J\u009b31m","advice":"\u007f\n"}]})"
      "\n");
}
