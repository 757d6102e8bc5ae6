#include "ctl/suggestion.h"

#include <catch2/catch.hpp>

using freshet::ctl::nearest_word;

namespace {

const std::vector<std::string> kCommands{"publish", "watch", "status", "disconnect", "ring", "doctor"};

}  // namespace

TEST_CASE("a misspelt word is recognised") {
  CHECK(nearest_word("publsh", kCommands) == "publish");
  CHECK(nearest_word("pulbish", kCommands) == "publish");
  CHECK(nearest_word("statuss", kCommands) == "status");
  CHECK(nearest_word("wacth", kCommands) == "watch");
  CHECK(nearest_word("rnig", kCommands) == "ring");
  CHECK(nearest_word("disconect", kCommands) == "disconnect");
}

TEST_CASE("another word is not taken for one") {
  CHECK(nearest_word("news", kCommands).empty());
  CHECK(nearest_word("", kCommands).empty());
  CHECK(nearest_word("start", kCommands).empty());
  CHECK(nearest_word("publish", {}).empty());
  CHECK(nearest_word(std::string(100'000, 'p'), kCommands).empty());
}
