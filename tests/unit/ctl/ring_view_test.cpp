#include "ctl/ring_view.h"

#include <catch2/catch.hpp>

#include "broker/record.h"

using namespace freshet;
using namespace freshet::ctl;

namespace {

std::string entry(broker::Id id, broker::Id prev, std::string_view data) {
  return broker::encode_record({.id = id, .prev = prev, .event = {}, .data = data});
}

}  // namespace

TEST_CASE("a ring that holds all that was published says nothing about its beginning") {
  RingView view;
  view.channel = "news";
  view.entries = {entry(1000, 0, "a"), entry(2000, 1000, "b")};
  view.clock_last = 2000;
  const auto text = ring_text(view, Output());
  CHECK(text.find("reach back") == std::string::npos);
  CHECK(text.find("--limit") == std::string::npos);
  CHECK(text.find("1970-01-01T00:00:00.002000Z") != std::string::npos);
}

TEST_CASE("a ring that was trimmed says up to where") {
  RingView view;
  view.entries = {entry(2000, 1000, "b")};
  CHECK(ring_text(view, Output()).find("does not reach back to the event before these, 1000 (") == 4 + 5);
  CHECK(ring_json(view).find(R"("before":"1000")") != std::string::npos);
}

TEST_CASE("what is left out by the limit is not said to be gone") {
  RingView view;
  view.has_older = true;
  view.entries = {entry(2000, 1000, "b")};
  const auto text = ring_text(view, Output());
  CHECK(text.find("older events are in the ring") == 0);
  CHECK(text.find("reach back") == std::string::npos);
}

TEST_CASE("an entry that is no record is shown as such") {
  RingView view;
  view.entries = {"junk\x1b"};
  CHECK(ring_text(view, Output()).find("no record (malformed): junk\\x1b") != std::string::npos);
  CHECK(ring_json(view).find(R"({"error":"malformed"})") != std::string::npos);
}
