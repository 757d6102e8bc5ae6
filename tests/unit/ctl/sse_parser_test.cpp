#include "ctl/sse_parser.h"

#include <catch2/catch.hpp>
#include <vector>

using freshet::ctl::SseEvent;
using freshet::ctl::SseParser;

namespace {

struct Reader {
  std::vector<SseEvent> events;
  SseParser parser{[this](const SseEvent& event) { events.push_back(event); }};

  explicit Reader(std::string_view text, std::size_t piece = std::string_view::npos) {
    for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) CHECK(parser.feed(text.substr(0, piece)));
  }
};

}  // namespace

TEST_CASE("an event has its id, name and data, however the stream is cut") {
  const std::string stream =
      "\xef\xbb\xbfretry: 2500\n\nid: 17\nevent: progress\ndata: {\"pct\":42}\n\n: heartbeat\nid: 18\r\ndata: "
      "a\r\ndata: b\r\n\r\n";
  for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, stream.size()}) {
    Reader reader(stream, piece);
    REQUIRE(reader.events.size() == 2);
    CHECK(reader.events[0].id == "17");
    CHECK(reader.events[0].name == "progress");
    CHECK(reader.events[0].data == "{\"pct\":42}");
    CHECK(reader.events[1].id == "18");
    CHECK(reader.events[1].name.empty());
    CHECK(reader.events[1].data == "a\nb");
    CHECK(reader.parser.last_event_id() == "18");
    CHECK(reader.parser.retry() == std::chrono::milliseconds(2500));
    CHECK(reader.parser.comments() == 1);
  }
}

TEST_CASE("lines end with LF, CRLF or CR") {
  Reader reader("data: a\r\rdata: b\n\ndata: c\r\n\r\n", 1);
  REQUIRE(reader.events.size() == 3);
  CHECK(reader.events[0].data == "a");
  CHECK(reader.events[1].data == "b");
  CHECK(reader.events[2].data == "c");
}

TEST_CASE("an event without an id has none of its own, and leaves the last one") {
  Reader reader("id: 5\ndata: a\n\ndata: live\n\n");
  REQUIRE(reader.events.size() == 2);
  CHECK_FALSE(reader.events[1].id.has_value());
  CHECK(reader.parser.last_event_id() == "5");
}

TEST_CASE("an id counts from its blank line on") {
  Reader reader("id: 5\ndata: a\n\nid: 6\ndata: half");
  CHECK(reader.parser.last_event_id() == "5");
  reader.parser.reset();
  CHECK(reader.parser.feed("data: whole\n\n"));
  REQUIRE(reader.events.size() == 2);
  CHECK(reader.events[1].data == "whole");
  CHECK(reader.parser.last_event_id() == "5");
}

TEST_CASE("only one space after the colon is dropped, and a field may have no value") {
  Reader reader("data:  two\ndata:none\ndata\n\n");
  REQUIRE(reader.events.size() == 1);
  CHECK(reader.events[0].data == " two\nnone\n");
}

TEST_CASE("a block without data is no event, but its id counts") {
  Reader reader("id: 9\nevent: x\n\ndata: y\n\n");
  REQUIRE(reader.events.size() == 1);
  CHECK(reader.events[0].name.empty());
  CHECK(reader.parser.last_event_id() == "9");
}

TEST_CASE("an id with NUL and a retry that is no number are ignored") {
  Reader reader(std::string_view("id: 1\nretry: 5s\nretry: -1\ndata: a\n\nid: 2\0x\ndata: b\n\n", 52));
  CHECK(reader.parser.last_event_id() == "1");
  CHECK_FALSE(reader.parser.retry().has_value());
}

TEST_CASE("an absurd retry is bounded") {
  CHECK(Reader("retry: 18446744073709551615\n").parser.retry() == std::chrono::hours(1));
}

TEST_CASE("an event beyond all measure is not collected") {
  Reader reader("");
  const std::string piece(std::size_t{1} << 20U, 'x');
  bool taken = true;
  std::size_t fed = 0;
  for (; taken && fed < 2 * SseParser::kMaxEventBytes; fed += piece.size()) taken = reader.parser.feed(piece);
  CHECK_FALSE(taken);
  CHECK(fed <= SseParser::kMaxEventBytes + piece.size());
  CHECK_FALSE(reader.parser.feed("\n\n"));
  reader.parser.reset();
  CHECK(reader.parser.feed("data: a\n\n"));
}
