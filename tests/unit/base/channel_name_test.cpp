#include "base/channel_name.h"

#include <catch2/catch.hpp>
#include <string>

using freshet::base::check_channel_name;
using freshet::base::kMaxChannelNameBytes;

TEST_CASE("A channel name is made of the allowed bytes, and of no others") {
  const std::string allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.:/@~=+,";
  for (int byte = 0; byte < 256; ++byte) {
    const std::string name(1, static_cast<char>(byte));
    CAPTURE(byte);
    CHECK(check_channel_name(name).has_value() == (allowed.find(name) != std::string::npos));
  }
}

TEST_CASE("A channel name has 1 to 200 bytes") {
  CHECK(check_channel_name(std::string(kMaxChannelNameBytes, 'a')));
  CHECK_FALSE(check_channel_name(""));
  const auto long_one = check_channel_name(std::string(kMaxChannelNameBytes + 1, 'a'));
  REQUIRE_FALSE(long_one);
  CHECK(long_one.error().message == "a channel name of 201 bytes: the limit is 200");
}

TEST_CASE("The error names the first byte that is wrong, and is safe to print") {
  const auto checked = check_channel_name("news\n*");
  REQUIRE_FALSE(checked);
  CHECK(checked.error().message ==
        "channel 'news\\x0a*': byte 0x0a at position 5 is not allowed (allowed: A-Z a-z 0-9 _ - . : / @ ~ = + ,)");
}
