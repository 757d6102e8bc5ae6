#include "broker/record.h"

#include <catch2/catch.hpp>
#include <string>

using freshet::broker::check_event_name;
using freshet::broker::decode_record;
using freshet::broker::encode_record;
using freshet::broker::is_record;
using freshet::broker::kMaxId;
using namespace std::string_literals;

namespace {

std::string rejection(const std::string& bytes) {
  const auto record = decode_record(bytes);
  return record ? "accepted" : record.error().message;
}

}  // namespace

TEST_CASE("A record's bytes are fixed") {
  CHECK(encode_record({42, 7, "note", "hello\nworld"}) ==
        "\x1e"
        "1|42|7|note\nhello\nworld");
  CHECK(encode_record({42, 0, "", ""}) ==
        "\x1e"
        "1|42|0|\n");
  CHECK(encode_record({0, 0, "typing", "\0|"s}) ==
        "\x1e"
        "1|0|0|typing\n\0|"s);
}

TEST_CASE("What was encoded is decoded, whatever bytes the data holds") {
  const std::string data(
      "\x1e"
      "1|2|3|x\n\0\xff\r\n",
      12);
  const auto bytes = encode_record({kMaxId, kMaxId - 1, "é", data});
  const auto record = decode_record(bytes);
  REQUIRE(record);
  CHECK(record->id == kMaxId);
  CHECK(record->prev == kMaxId - 1);
  CHECK(record->event == "é");
  CHECK(record->data == data);
}

TEST_CASE("A message without the leading byte is a bare one") {
  CHECK(is_record("\x1e"));
  CHECK_FALSE(is_record("1|2|0|\n"));
  CHECK_FALSE(is_record(""));
}

TEST_CASE("A version that is not ours is told apart from nonsense") {
  CHECK(rejection("\x1e"
                  "2|42|7|note\nx") == "version");
  CHECK(rejection("\x1e"
                  "|42|7|note\nx") == "version");
  CHECK(rejection("\x1e"
                  "01|42|7|note\nx") == "version");
}

TEST_CASE("A record that is not exactly right is rejected") {
  for (const auto& bytes : {
           ""s,
           "plain"s,
           "\x1e"s,
           "\x1e\n"s,
           "\x1e"
           "1\nx"s,
           "\x1e"
           "1|42\nx"s,
           "\x1e"
           "1|42|7\nx"s,
           "\x1e"
           "1|42|7|note"s,  // no line end
           "\x1e"
           "1||7|note\nx"s,
           "\x1e"
           "1|42||note\nx"s,
           "\x1e"
           "1|-1|0|note\nx"s,
           "\x1e"
           "1|+42|7|note\nx"s,
           "\x1e"
           "1| 42|7|note\nx"s,
           "\x1e"
           "1|4e2|7|note\nx"s,
           "\x1e"
           "1|42|42|note\nx"s,  // prev is not below the id
           "\x1e"
           "1|42|43|note\nx"s,
           "\x1e"
           "1|0|1|note\nx"s,  // a live-only event has no prev
           "\x1e"
           "1|9007199254740992|7|\nx"s,  // 2^53
           "\x1e"
           "1|42|9007199254740992|\nx"s,
           "\x1e"
           "1|00000000000000042|7|\nx"s,  // longer than any id
           "\x1e"
           "1|18446744073709551658|7|\nx"s,
       }) {
    CAPTURE(bytes);
    CHECK(rejection(bytes) == "malformed");
  }
}

TEST_CASE("A record with a name that nobody may publish is rejected") {
  for (const auto& name : {"a|b"s, "a\rb"s, "a\0b"s, "stream-reset"s, "stream-"s, std::string(129, 'n')}) {
    CAPTURE(name);
    CHECK(rejection("\x1e"
                    "1|42|7|" +
                    name + "\nx") == "event-name");
    CHECK_FALSE(check_event_name(name));
  }
  CHECK_FALSE(check_event_name("a\nb"));
}

TEST_CASE("Names that only look like the broker's own may be published") {
  CHECK(check_event_name(""));
  CHECK(check_event_name("stream"));
  CHECK(check_event_name("Stream-x"));
  CHECK(check_event_name("upstream-x"));
  CHECK(check_event_name(std::string(128, 'n')));
}
