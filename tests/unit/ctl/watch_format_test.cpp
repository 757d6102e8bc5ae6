#include "ctl/watch_format.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace freshet::ctl;

TEST_CASE("an event is one line, whatever is in it") {
  CHECK(event_line({"17", "progress", "{\"pct\":42}"}, Output()) == "17  progress  {\"pct\":42}\n");
  CHECK(event_line({std::nullopt, "", "a\nb\x1b"}, Output()) == "-  message  a\\nb\\x1b\n");
}

TEST_CASE("as JSON nothing is lost, and the broker's own events hold objects") {
  CHECK(event_json({"17", "", "a\nb"}) == R"({"type":"event","id":"17","event":null,"data":"a\nb"})"
                                          "\n");
  CHECK(event_json({"5", "stream-cursor", R"({"resume":"fresh"})"}) ==
        R"({"type":"control","id":"5","event":"stream-cursor","data":{"resume":"fresh"}})"
        "\n");
  CHECK(event_json({std::nullopt, "stream-x", "no object"}) ==
        R"({"type":"control","id":null,"event":"stream-x","data":"no object"})"
        "\n");
}

TEST_CASE("nothing in the JSON of a stream controls a terminal") {
  const auto harmless = [](const std::string& line) {
    return std::all_of(line.begin(), line.end() - 1, [](char byte) { return byte >= ' ' && byte <= '~'; });
  };
  CHECK(harmless(event_json({"1", "\x1b]0;x\x07", "\u009b31m\x7f\u202e"})));
  CHECK(harmless(event_json({"1", "stream-cursor", "{\"resume\":\"\u009b31m\x7f\u202e\"}"})));
  CHECK(harmless(connection_json("lost", "\u009b31m\x7f")));
}

TEST_CASE("data that is not UTF-8 is still JSON") {
  CHECK(event_json({"1", "", "\xff"}) == "{\"type\":\"event\",\"id\":\"1\",\"event\":null,\"data\":\"\\ufffd\"}\n");
}
