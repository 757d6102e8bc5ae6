#include "server/control_message.h"

#include <catch2/catch.hpp>
#include <string>

using freshet::server::Disconnect;
using freshet::server::encode_control;
using freshet::server::kLongestBar;
using freshet::server::kMaxControlBytes;
using freshet::server::parse_bar_duration;
using freshet::server::parse_control;
using namespace std::chrono_literals;
using Target = Disconnect::Target;

TEST_CASE("A control message disconnects a user, with or without a bar, or a channel") {
  CHECK(parse_control(R"({"disconnect":{"user":"42"}})") == Disconnect{Target::kUser, "42", {}});
  CHECK(parse_control(R"( {"disconnect": {"for": "10m", "user": "42"}} )") == Disconnect{Target::kUser, "42", 10min});
  CHECK(parse_control(R"({"disconnect":{"user":"42","for":90}})") == Disconnect{Target::kUser, "42", 90s});
  CHECK(parse_control(R"({"disconnect":{"channel":"a/b:c"}})") == Disconnect{Target::kChannel, "a/b:c", {}});
  CHECK(parse_control(R"({"disconnect":{"user":"\u00fc \"x\""}})") == Disconnect{Target::kUser, "ü \"x\"", {}});
}

TEST_CASE("Anything else is no control message, and the error says why") {
  const auto* const text = GENERATE(
      "", "x", "null", "42", "[]", "{}", R"("disconnect")", R"({"disconnect":null})", R"({"disconnect":[]})",
      R"({"disconnect":{}})", R"({"disconnect":{"for":"1h"}})", R"({"disconnect":{"user":42}})",
      R"({"disconnect":{"user":""}})", R"({"disconnect":{"user":"a\nb"}})", R"({"disconnect":{"channel":"a b"}})",
      R"({"disconnect":{"channel":""}})", R"({"disconnect":{"channel":null}})",
      R"({"disconnect":{"user":"42","channel":"a"}})", R"({"disconnect":{"user":"42","until":1}})",
      R"({"disconnect":{"channel":"a","for":"1h"}})", R"({"disconnect":{"user":"42","for":null}})",
      R"({"disconnect":{"user":"42","for":1.5}})", R"({"disconnect":{"user":"42","for":-1}})",
      R"({"disconnect":{"user":"42","for":0}})", R"({"disconnect":{"user":"42","for":"soon"}})",
      R"({"disconnect":{"user":"42"},"more":1})", R"({"disconnect":{"user":"42"}}x)", R"({"restart":{"user":"42"}})",
      R"({"disconnect":{"user":"1","user":"2"}})", R"({"disconnect":{"user":"1"},"disconnect":{"channel":"news"}})",
      R"({"disconnect":{"user":"1","for":"1h","for":"2h"}})", "\xef\xbb\xbf{\"disconnect\":{\"user\":\"9\"}}",
      "{\"disconnect\":{\"user\":\"\xff\"}}");
  INFO(text);
  const auto read = parse_control(text);
  REQUIRE_FALSE(read);
  CHECK_FALSE(read.error().message.empty());
}

TEST_CASE("A control message longer than allowed is not looked at") {
  const std::string message = R"({"disconnect":{"user":"42"}})";
  const auto padded = [&](std::size_t bytes) { return message + std::string(bytes - message.size(), ' '); };
  CHECK(parse_control(padded(kMaxControlBytes)));
  CHECK_FALSE(parse_control(padded(kMaxControlBytes + 1)));
}

TEST_CASE("What is sent is what is read") {
  const auto disconnect =
      GENERATE(Disconnect{Target::kUser, "42", {}}, Disconnect{Target::kUser, R"(ü"\/)", 10min},
               Disconnect{Target::kUser, std::string(200, 'x'), kLongestBar}, Disconnect{Target::kChannel, "news", {}});
  const auto message = encode_control(disconnect);
  REQUIRE(message);
  CHECK(parse_control(*message) == disconnect);
}

TEST_CASE("Nothing is sent for a name that breaks the rules or is not UTF-8, nor to bar a channel") {
  CHECK_FALSE(encode_control({Target::kUser, "", {}}));
  CHECK_FALSE(encode_control({Target::kUser, std::string(201, 'x'), {}}));
  CHECK_FALSE(encode_control({Target::kUser, "a\xff", {}}));
  CHECK_FALSE(encode_control({Target::kChannel, "a b", {}}));
  CHECK_FALSE(encode_control({Target::kChannel, "news", 10min}));
}

TEST_CASE("A bar lasts for seconds, minutes, hours or days, a year at most") {
  CHECK(parse_bar_duration("600") == 600s);
  CHECK(parse_bar_duration("90s") == 90s);
  CHECK(parse_bar_duration("10m") == 10min);
  CHECK(parse_bar_duration("1h") == 1h);
  CHECK(parse_bar_duration("365d") == kLongestBar);
  const auto* const text = GENERATE("", "s", "0", "0s", "366d", "31536001", "-1", "+1", "1.5h", "10 m", "10M", "500ms",
                                    "1h30m", "18446744073709551615d", "99999999999999999999");
  INFO(text);
  CHECK_FALSE(parse_bar_duration(text));
}
