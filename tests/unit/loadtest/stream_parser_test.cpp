#include "loadtest/stream_parser.h"

#include <catch2/catch.hpp>
#include <sstream>
#include <string>
#include <vector>

using freshet::loadtest::StreamParser;

namespace {

/// What came out of a stream.
struct Seen {
  std::vector<int> statuses;
  std::vector<std::string> events;
};

struct Recorder final : StreamParser::Sink, Seen {
  void on_head(int status) override { statuses.push_back(status); }
  void on_event(const StreamParser::Event& event) override {
    events.push_back(std::string(event.id) + "/" + std::string(event.name) + "/" + std::string(event.data));
  }
};

/// What a parser makes of `text` when it comes in pieces of `size`.
Seen parsed(const std::string& text, std::size_t size) {
  StreamParser parser;
  Recorder recorder;
  for (std::size_t at = 0; at < text.size(); at += size) parser.feed(std::string_view(text).substr(at, size), recorder);
  return recorder;
}

std::string chunk(const std::string& text, const std::string& extension = {}) {
  std::ostringstream out;
  out << std::hex << std::uppercase << text.size() << extension << "\r\n" << text << "\r\n";
  return out.str();
}

std::string chunked_stream() {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n" +
         chunk("retry: 3000\n\n") + chunk("id: 17\nevent: note\ndata: a\n\n:c", ";name=value") +
         chunk("\ndata: b\n\nda\r") + chunk("\ndata:c\r\ndata: d\r\n\r\n") + chunk("id: 18") + chunk("\n\n") +
         chunk("");
}

}  // namespace

TEST_CASE("a chunked stream gives the same events however it is cut") {
  const auto text = chunked_stream();
  for (std::size_t size = 1; size <= text.size(); ++size) {
    CAPTURE(size);
    const auto seen = parsed(text, size);
    CHECK(seen.statuses == std::vector<int>{200});
    CHECK(seen.events == std::vector<std::string>{"17/note/a", "//b", "//c", "18//"});
  }
}

TEST_CASE("a stream without chunks ends with its connection") {
  const std::string text = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n2\r\n: hi\n\nid:5\ndata:x\n\n";
  for (std::size_t size = 1; size <= text.size(); ++size) {
    CAPTURE(size);
    CHECK(parsed(text, size).events == std::vector<std::string>{"5//x"});
  }
}

TEST_CASE("the last chunk ends a stream, and a parser that was reset takes another") {
  StreamParser parser;
  Recorder recorder;
  parser.feed(chunked_stream(), recorder);
  CHECK(parser.ended());
  parser.reset();
  CHECK_FALSE(parser.ended());
  parser.feed("HTTP/1.0 404 Not Found\r\n\r\n", recorder);
  CHECK(recorder.statuses == std::vector<int>{200, 404});
}

TEST_CASE("an event counts at its blank line") {
  const auto seen = parsed("HTTP/1.1 200 OK\r\n\r\nid: 1\ndata: cut off\n", 1000);
  CHECK(seen.events.empty());
}

TEST_CASE("of long lines the beginning is kept") {
  const std::string text = "HTTP/1.1 200 OK\r\n\r\ndata: 12:34:" + std::string(100'000, 'x') + "\nid: 9\n\n";
  for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, text.size()}) {
    const auto seen = parsed(text, size);
    REQUIRE(seen.events.size() == 1);
    CHECK(seen.events[0].starts_with("9//12:34:xxx"));
  }
}
