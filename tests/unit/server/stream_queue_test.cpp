#include "server/stream_queue.h"

#include <array>
#include <catch2/catch.hpp>
#include <string>

using freshet::server::StreamQueue;
using freshet::sse::Frame;

namespace {

/// Everything that waits, as it would be written.
std::string waiting(const StreamQueue& queue) {
  std::array<iovec, 64> pieces{};
  const auto count = queue.gather(pieces);
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes.append(static_cast<const char*>(pieces[i].iov_base), pieces[i].iov_len);
  return bytes;
}

}  // namespace

TEST_CASE("An empty queue has nothing to write") {
  const StreamQueue queue(false);
  CHECK(queue.empty());
  CHECK(queue.size_bytes() == 0);
  CHECK(waiting(queue).empty());
}

TEST_CASE("Frames wait in order, bare or as chunks") {
  StreamQueue plain(false);
  StreamQueue chunked(true);
  for (const auto* text : {"one", "three"}) {
    plain.push(Frame::raw(text));
    chunked.push(Frame::raw(text));
  }
  CHECK(waiting(plain) == "onethree");
  CHECK(plain.size_bytes() == 8);
  CHECK(waiting(chunked) == "3\r\none\r\n5\r\nthree\r\n");
  CHECK(chunked.size_bytes() == waiting(chunked).size());
}

TEST_CASE("However the kernel cuts what it takes, the bytes come out the same") {
  const auto step = GENERATE(range(1U, 12U));
  StreamQueue queue(true);
  std::string expected;
  for (int i = 0; i < 40; ++i) {
    const auto frame = Frame::raw(std::string(static_cast<std::size_t>(i % 7) + 1, static_cast<char>('a' + i % 26)));
    queue.push(frame);
    expected += frame->chunked();
  }
  std::string written;
  while (!queue.empty()) {
    std::array<iovec, 3> pieces{};
    const auto count = queue.gather(pieces);
    REQUIRE(count > 0);
    std::size_t left = step;
    for (std::size_t i = 0; i < count && left > 0; ++i) {
      const auto taken = std::min(left, pieces[i].iov_len);
      written.append(static_cast<const char*>(pieces[i].iov_base), taken);
      left -= taken;
    }
    queue.consume(step - left);
    REQUIRE(queue.size_bytes() == expected.size() - written.size());
  }
  CHECK(written == expected);
}

TEST_CASE("No more pieces are filled than there are") {
  StreamQueue queue(false);
  for (int i = 0; i < 5; ++i) queue.push(Frame::raw("x"));
  std::array<iovec, 2> pieces{};
  CHECK(queue.gather(pieces) == 2);
  queue.consume(4);
  CHECK(queue.gather(pieces) == 1);
}

TEST_CASE("A queue that ran empty takes new frames, also after a burst") {
  const int burst = GENERATE(1, 100);
  StreamQueue queue(false);
  for (int i = 0; i < burst; ++i) queue.push(Frame::raw("x"));
  queue.consume(static_cast<std::size_t>(burst));
  CHECK(queue.empty());
  queue.push(Frame::raw("next"));
  CHECK(waiting(queue) == "next");
  CHECK(queue.size_bytes() == 4);
}

TEST_CASE("A client that is always a little behind gets everything in order") {
  StreamQueue queue(false);
  std::string expected;
  std::string written;
  queue.push(Frame::raw("begin"));
  expected += "begin";
  for (int i = 0; i < 1'000; ++i) {
    const auto text = std::to_string(i) + "\n";
    queue.push(Frame::raw(text));
    expected += text;
    const auto next = waiting(queue).substr(0, text.size());
    written += next;
    queue.consume(next.size());
    REQUIRE(queue.size_bytes() == expected.size() - written.size());
  }
  written += waiting(queue);
  CHECK(written == expected);
}
