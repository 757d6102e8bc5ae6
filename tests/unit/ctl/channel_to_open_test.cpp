#include "ctl/channel_to_open.h"

#include <catch2/catch.hpp>

using freshet::ctl::channel_to_open;

TEST_CASE("doctor opens a channel of its own where a glob has room for one") {
  CHECK(channel_to_open({}) == "freshetctl-doctor");
  CHECK(channel_to_open({"news:*"}) == "news:freshetctl-doctor");
  CHECK(channel_to_open({"news", "room-?", "scores:?:*", "*"}) == "scores:x:freshetctl-doctor");
  CHECK(channel_to_open({"freshetctl-doctor"}) == "freshetctl-doctor");
}

TEST_CASE("without room for one, doctor opens the first channel") {
  CHECK(channel_to_open({"room-?", "news"}) == "room-x");
  CHECK(channel_to_open({"news", "n" + std::string(190, 'x') + "*"}) == "news");
}
