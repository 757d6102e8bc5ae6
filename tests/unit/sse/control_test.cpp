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
