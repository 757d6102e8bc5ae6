#include "http/request.h"

#include <catch2/catch.hpp>

using freshet::http::Request;

namespace {

Request accepting(std::initializer_list<const char*> values) {
  Request request;
  for (const auto* value : values) request.headers.push_back({"accept", value});
  return request;
}

bool accepts(const char* value, std::string_view type = "text/event-stream") {
  return accepting({value}).accepts(type);
}
bool names(const char* value, std::string_view type = "text/event-stream") { return accepting({value}).names(type); }

}  // namespace

TEST_CASE("headers are found in any case, the first one first") {
  Request request;
  request.headers = {{"X-Thing", "1"}, {"x-thing", "2"}, {"Empty", ""}};
  REQUIRE(request.header("x-THING") != nullptr);
  CHECK(*request.header("x-THING") == "1");
  REQUIRE(request.header("empty") != nullptr);
  CHECK(request.header("empty")->empty());
  CHECK(request.header("X-Thin") == nullptr);
}

TEST_CASE("without an Accept header everything is accepted and nothing is named") {
  CHECK(Request{}.accepts("text/event-stream"));
  CHECK_FALSE(Request{}.names("text/event-stream"));
  CHECK(accepts(""));
  CHECK_FALSE(names(""));
}

TEST_CASE("a media type is accepted by its name or by a range") {
  CHECK(accepts("text/event-stream"));
  CHECK(accepts("Text/Event-Stream"));
  CHECK(accepts("text/html, text/event-stream;q=0.1"));
  CHECK(accepts("text/*"));
  CHECK(accepts("TEXT/*;q=0.001"));
  CHECK(accepts("image/png , */* ; q=0.8"));
  CHECK_FALSE(accepts("text/html"));
  CHECK_FALSE(accepts("application/*"));
  CHECK_FALSE(accepts("text/event-streams, tex/*"));
}

TEST_CASE("a weight of zero refuses, and the most specific range decides") {
  CHECK_FALSE(accepts("text/event-stream;q=0"));
  CHECK_FALSE(accepts("text/event-stream; Q=0.000, */*"));
  CHECK_FALSE(accepts("*/*, text/*;q=0"));
  CHECK(accepts("text/*;q=0, text/event-stream"));
  CHECK_FALSE(accepts("*/*;q=0.0"));
  CHECK(accepts("text/event-stream;q=0, text/event-stream;q=1.0"));
  CHECK(accepts("text/event-stream;charset=utf-8;q=0.5"));
}

TEST_CASE("several Accept headers are one list") {
  const auto request = accepting({"text/html", "text/event-stream;q=0.5"});
  CHECK(request.accepts("text/event-stream"));
  CHECK(request.names("text/event-stream"));
  CHECK_FALSE(request.accepts("image/png"));
}

TEST_CASE("naming a media type takes its full name and a weight above zero") {
  CHECK(names("text/event-stream"));
  CHECK(names("a/b, TEXT/event-stream ;q=0.2"));
  CHECK_FALSE(names("*/*"));
  CHECK_FALSE(names("text/*"));
  CHECK_FALSE(names("text/event-stream;q=0"));
}

TEST_CASE("elements that cannot be read are passed over") {
  CHECK_FALSE(accepts("text/event-stream;q=2, text/html"));
  CHECK(accepts("text/event-stream;q=x"));
  CHECK(accepts("garbage, text/event-stream"));
  CHECK(accepts(",, ,text/event-stream,"));
  CHECK_FALSE(accepts("*/event-stream, a/b"));
  CHECK_FALSE(names("a/b;c=\"text/event-stream, text/event-stream\""));
  CHECK_FALSE(names("a/b;c=\"\\\", text/event-stream"));
  CHECK(names("a/b;c=\"\\\"\", text/event-stream"));
}
