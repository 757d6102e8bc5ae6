#include "server/stream_request.h"

#include <catch2/catch.hpp>

#include "unit/server/request.h"

using freshet::server::read_stream_request;
using freshet::server::Settings;

namespace {

tl::expected<freshet::server::StreamRequest, freshet::http::Problem> read(
    const std::string& query, std::vector<freshet::http::Header> headers = {}) {
  Settings settings;
  settings.channels_per_connection = 3;
  return read_stream_request(freshet::test::request("GET", "/events", query, std::move(headers)), settings);
}

std::string refusal(const std::string& query) {
  const auto wanted = read(query);
  REQUIRE_FALSE(wanted);
  CHECK(wanted.error().status == 400);
  return wanted.error().detail;
}

std::string repeated(const std::string& piece) {
  std::string query;
  for (int i = 0; i < 1000; ++i) query += piece;
  return query;
}

}  // namespace

TEST_CASE("Channels come in the order of the query, and repeats count once") {
  const auto wanted = read("channel=b&channel=@me&channel=a&channel=b&channel=%40me");
  REQUIRE(wanted);
  CHECK(wanted->channels == std::vector<std::string>{"b", "a"});
  CHECK(wanted->own);
  const auto often = read("channel=a&channel=b&" + repeated("channel=c&"));
  REQUIRE(often);
  CHECK(often->channels == std::vector<std::string>{"a", "b", "c"});
  CHECK_FALSE(often->own);
}

TEST_CASE("One channel more than a stream may have is refused, the caller's own included") {
  const std::string limit = "more than 3 channels, the limit for one stream";
  CHECK(read("channel=a&channel=b&channel=c"));
  CHECK(read("channel=a&channel=b&channel=@me"));
  CHECK(refusal("channel=a&channel=b&channel=c&channel=d") == limit);
  CHECK(refusal("channel=a&channel=b&channel=c&channel=@me") == limit);
  CHECK(refusal("channel=@me&channel=a&channel=b&channel=c") == limit);
}

TEST_CASE("Some parameters that nobody knows are passed over, many are refused") {
  std::string some;
  for (int i = 0; i < 15; ++i) some += "x=1&";
  const auto wanted = read(some + "channel=a&access_token=t&channel=b");
  REQUIRE(wanted);
  CHECK(wanted->channels == std::vector<std::string>{"a", "b"});
  CHECK(wanted->token == "t");
  CHECK(refusal(some + "x=1&channel=a&access_token=t") == "the query: more than 16 parameters besides channels");
}

TEST_CASE("A wrong name and a wrong escape are refused") {
  CHECK(refusal("channel=a&channel=b%20c").starts_with("channel "));
  CHECK(refusal("channel=") == "a channel name is empty");
  CHECK(refusal("channel=a&x=%zz") == "the query: bad percent escape at byte 12");
}

TEST_CASE("The header's cursor wins over that of the query, unless it is empty") {
  const auto kind = [](const std::string& query, const std::string& header) {
    return read(query, {{"Last-Event-ID", header}}).value().cursor.kind;
  };
  const auto earliest = freshet::broker::Cursor::Kind::kEarliest;
  for (const auto* name : {"last_event_id", "lastEventId", "lastEventID"}) {
    CHECK(kind("channel=a&" + std::string(name) + "=earliest", "") == earliest);
    CHECK(kind("channel=a&" + std::string(name) + "=earliest", "1-1") != earliest);
    CHECK(kind("channel=a&" + std::string(name) + "=earliest&" + name + "=", "") == earliest);
  }
  CHECK(kind("channel=a", "earliest") != earliest);
}
