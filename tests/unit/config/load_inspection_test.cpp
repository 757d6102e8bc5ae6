#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/load.h"

using freshet::base::Error;
using freshet::config::Config;
using freshet::config::load_text;
using Messages = std::vector<std::string>;

TEST_CASE("what is wrong in the files that keys name is told with all the rest, at the keys' places") {
  const std::string text =
      "no_key: 1\n"
      "auth:\n"
      "  jwt:\n"
      "    secret_file: /dev/null\n"
      "    public_key_file: /nonexistent/x\n";
  const auto inspect = [](const Config& config) {
    CHECK(config.auth.jwt.secret_file == "/dev/null");
    return std::vector<Error>{{"auth.jwt.secret_file: /dev/null: too short"},
                              {"auth.jwt.public_key_file: /nonexistent/x: is told already"},
                              {"ops.publish_keys_file: /flag: line 1: malformed"},
                              {"auth.jwt.jwks_file: comes from nowhere"}};
  };
  const auto loaded = load_text(
      text, "f.yaml", {.file_path = {}, .env = {}, .flags = {{"ops.publish_keys_file", "/dev/zero"}}}, inspect);
  REQUIRE_FALSE(loaded);
  Messages messages;
  for (const auto& mistake : loaded.error()) {
    messages.push_back(mistake.message);
    CHECK_FALSE(mistake.in_a_flag);  // the flag's value is right, the file is not
  }
  CHECK(messages == Messages{"f.yaml:1: no_key: unknown key",
                             "f.yaml:5: auth.jwt.public_key_file: /nonexistent/x: No such file or directory",
                             "f.yaml:4: auth.jwt.secret_file: /dev/null: too short",
                             "command line: ops.publish_keys_file: /flag: line 1: malformed",
                             "auth.jwt.jwks_file: comes from nowhere"});

  CHECK_FALSE(load_text("dev: {", "f.yaml", {}, [](const Config&) {
    FAIL("there are no values to go by");
    return std::vector<Error>();
  }));
}
