#include "redis/publishing.h"

#include <catch2/catch.hpp>

#include "redis/codec.h"

using namespace freshet;
using namespace std::chrono_literals;
using Kind = broker::PublishError::Kind;
using Words = std::vector<std::string>;

namespace {

broker::PublishResult result_of(const std::string& bytes) {
  redis::ReplyReader reader;
  reader.feed(bytes + "\r\n");
  const auto reply = reader.take();
  return redis::publish_result(reply.value()->value());
}

broker::PublishError error_of(const std::string& text) {
  const auto result = result_of("-" + text);
  REQUIRE_FALSE(result);
  return result.error();
}

}  // namespace

TEST_CASE("A publication without options is a channel and data") {
  broker::Publication publication;
  publication.channel = "news";
  publication.data = "hello";
  CHECK(redis::publish_command(publication, "p:") ==
        Words{"FCALL", "freshet_publish", "1", "news", "hello", "PREFIX", "p:"});
}

TEST_CASE("Every option of a publication is passed on, a broken second rounded up") {
  broker::Publication publication{"c", "", "note", "k", 5, 1500ms, true};
  CHECK(redis::publish_command(publication, "p:") == Words{"FCALL", "freshet_publish", "1", "c", "", "EVENT", "note",
                                                           "KEY", "k", "RING", "5", "TTL", "2", "LIVE", "PREFIX",
                                                           "p:"});
}

TEST_CASE("The reply to a publication is its id") {
  CHECK(result_of(":1760000000000000").value() == 1760000000000000);
  CHECK(result_of(":0").value() == 0);
}

TEST_CASE("A reply that is neither an id nor an error leaves open what became of the event") {
  CHECK(result_of(":-1").error().kind == Kind::kUnknown);
  CHECK(result_of("+OK").error().kind == Kind::kUnknown);
}

TEST_CASE("Refused arguments are the publisher's fault, told without the functions' own prefix") {
  const auto error = error_of("ERR freshet: channel 'a b': byte 0x20 at position 2 is not allowed");
  CHECK(error.kind == Kind::kInvalid);
  CHECK(error.message == "channel 'a b': byte 0x20 at position 2 is not allowed");
  const auto large = error_of("ERR freshet: the data is 9 bytes long, 8 are allowed (max_bytes)");
  CHECK(large.kind == Kind::kTooLarge);
  CHECK(large.message == "the data is 9 bytes long, 8 are allowed (max_bytes)");
}

TEST_CASE("Everything else is the backplane's trouble") {
  for (const auto* text : {
           "READONLY You can't write against a read only replica.",
           "OOM command not allowed when used memory > 'maxmemory'.",
           "NOPERM freshet: this user may not run PUBLISH 'freshet:news'",
           "WRONGTYPE freshet: LINDEX 'freshet:ring:news': Operation against a key holding the wrong kind of value",
           "ERR Function not found",
           "ERR freshet: internal error: user_function:1: attempt to index a nil value",
           "ERR freshet: freshet:clock: field last is broken ('x'); delete the key to begin a new history",
           "ERR freshet: the newest entry of 'freshet:ring:news' is not a record",
       }) {
    const auto error = error_of(text);
    CHECK(error.kind == Kind::kUnavailable);
    CHECK(error.message == text);
  }
}
