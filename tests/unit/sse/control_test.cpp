#include "sse/control.h"

#include <catch2/catch.hpp>

using namespace freshet::sse;

TEST_CASE("control events are named and carry JSON") {
  CHECK(stream_cursor(Resume::kFresh, 7)->plain() == "id: 7\nevent: stream-cursor\ndata: {\"resume\":\"fresh\"}\n\n");
  CHECK(stream_reset(ResetReason::kUnknownId, {"a", "b:c"}, 9)->plain() ==
        "id: 9\nevent: stream-reset\ndata: {\"reason\":\"unknown-id\",\"channels\":[\"a\",\"b:c\"]}\n\n");
}

TEST_CASE("retry, heartbeat and padding") {
  CHECK(retry(std::chrono::milliseconds(3000))->plain() == "retry: 3000\n\n");
  CHECK(heartbeat()->plain() == ":\n");
  CHECK(padding(2048)->plain().size() == 2048);
  CHECK(padding(2048)->plain().back() == '\n');
}

TEST_CASE("the last chunk is the empty one") { CHECK(last_chunk()->chunked() == "0\r\n\r\n"); }

TEST_CASE("what a token's end is told with has no id, so that the cursor stays") {
  CHECK(stream_expiring(std::chrono::seconds(10))->plain() == "event: stream-expiring\ndata: {\"seconds\":10}\n\n");
  CHECK(stream_unauthorized()->plain() == "event: stream-unauthorized\ndata: {\"reason\":\"token-expired\"}\n\n");
}

TEST_CASE("frames know the broker's own words from events") {
  CHECK(stream_cursor(Resume::kFresh, 7)->control());
  CHECK(heartbeat()->control());
  CHECK_FALSE(Frame::encode({7, "streaming", "x"})->control());
}
