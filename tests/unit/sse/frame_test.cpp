#include "sse/frame.h"

#include <catch2/catch.hpp>
#include <string>

using namespace freshet::sse;

TEST_CASE("an event becomes its fields and a blank line") {
  CHECK(Frame::encode({42, "note", "hello"})->plain() == "id: 42\nevent: note\ndata: hello\n\n");
  CHECK(Frame::encode({42, "", "hello"})->plain() == "id: 42\ndata: hello\n\n");
  CHECK(Frame::encode({0, "", "hello"})->plain() == "data: hello\n\n");
  CHECK(Frame::encode({18446744073709551615ULL, "", "x"})->plain() == "id: 18446744073709551615\ndata: x\n\n");
}

TEST_CASE("an empty payload is one empty data line") {
  CHECK(Frame::encode({1, "", ""})->plain() == "id: 1\ndata:\n\n");
}

TEST_CASE("LF, CRLF and CR all split the payload, so that it cannot inject fields") {
  CHECK(Frame::encode({0, "", "a\nb\r\nc\rd"})->plain() == "data: a\ndata: b\ndata: c\ndata: d\n\n");
  CHECK(Frame::encode({0, "", "\n\nid: 666\n"})->plain() == "data:\ndata:\ndata: id: 666\ndata:\n\n");
  CHECK(Frame::encode({0, "", "a\r"})->plain() == "data: a\ndata:\n\n");
  CHECK(Frame::encode({0, "", "\r\r\n"})->plain() == "data:\ndata:\ndata:\n\n");
}

TEST_CASE("payload bytes pass unchanged") {
  const std::string bytes("\0 \xff\x1e", 4);
  CHECK(Frame::encode({0, "", bytes})->plain() == "data: " + bytes + "\n\n");
}

TEST_CASE("a chunk is the size in hexadecimal, the same bytes, CRLF") {
  const auto frame = Frame::raw("retry: 1\n\n");
  CHECK(frame->plain() == "retry: 1\n\n");
  CHECK(frame->chunked() == "a\r\nretry: 1\n\n\r\n");
  const auto large = Frame::raw(std::string(70000, 'x'));
  CHECK(large->chunked().substr(0, 7) == "11170\r\n");
  CHECK(large->chunked().size() == 70000 + 7 + 2);
}

TEST_CASE("a frame lives as long as one reference to it") {
  FramePtr kept;
  {
    const auto frame = Frame::raw("x");
    kept = frame;
    FramePtr moved = std::move(kept);
    kept = moved;
    kept = kept;  // NOLINT: a self-assignment must keep the frame
  }
  CHECK(kept->plain() == "x");
}

TEST_CASE("frames that are joined are one chunk with their events in order") {
  const std::vector<FramePtr> frames{Frame::encode({7, "note", "a"}), Frame::encode({0, "", "b"}), Frame::raw(": c\n")};
  const auto joined = Frame::join(frames);
  CHECK(joined->plain() == "id: 7\nevent: note\ndata: a\n\ndata: b\n\n: c\n");
  CHECK(joined->chunked() == "28\r\n" + std::string(joined->plain()) + "\r\n");
  CHECK(joined->events() == 2);
  CHECK_FALSE(joined->control());
  CHECK(frames[0]->events() == 1);
  CHECK(frames[2]->events() == 0);
}
