#include "auth/json_text.h"

#include <catch2/catch.hpp>

using freshet::auth::kMaxJsonDepth;
using freshet::auth::parse_json_object;
using freshet::auth::string_member;

TEST_CASE("a JSON object is read with its members") {
  const auto object = parse_json_object(R"( {"a":"x","b":[1,{"a":2}],"c":{"a":{"a":null}},"d":{"a":1}} )");
  REQUIRE(object);
  REQUIRE(string_member(*object, "a") != nullptr);
  CHECK(*string_member(*object, "a") == "x");
  CHECK(string_member(*object, "b") == nullptr);
  CHECK(string_member(*object, "z") == nullptr);
}

TEST_CASE("two members of one name are refused at every level") {
  CHECK_FALSE(parse_json_object(R"({"a":1,"a":1})"));
  CHECK_FALSE(parse_json_object(R"({"a":1,"b":{},"a":2})"));
  CHECK_FALSE(parse_json_object(R"({"a":1,"\u0061":2})"));
  CHECK_FALSE(parse_json_object(R"({"x":[{"a":1,"b":[],"a":1}]})"));
  CHECK(parse_json_object(R"({"x":[{"a":1},{"a":1}],"a":1})"));
}

TEST_CASE("what other JSON readers let through is refused") {
  CHECK_FALSE(parse_json_object(""));
  CHECK_FALSE(parse_json_object("[]"));
  CHECK_FALSE(parse_json_object("\"a\""));
  CHECK_FALSE(parse_json_object("{}{}"));
  CHECK_FALSE(parse_json_object("{} x"));
  CHECK_FALSE(parse_json_object("{\"a\":1,}"));
  CHECK_FALSE(parse_json_object("{\"a\":1/*c*/}"));
  CHECK_FALSE(parse_json_object("{'a':1}"));
  CHECK_FALSE(parse_json_object("{\"a\":NaN}"));
  CHECK_FALSE(parse_json_object("{\"a\":01}"));
  CHECK_FALSE(parse_json_object("{\"a\":1e999}"));
  CHECK_FALSE(parse_json_object("\xef\xbb\xbf{}"));
  CHECK_FALSE(parse_json_object(std::string_view("{}\0", 3)));
  CHECK_FALSE(parse_json_object(std::string_view("{}\0{\"a\":1}", 10)));
  CHECK_FALSE(parse_json_object("{\"a\":\"\xff\"}"));
  CHECK_FALSE(parse_json_object("{\"a\":\"\\ud800\"}"));
}

TEST_CASE("nesting is bounded") {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  CHECK(parse_json_object(nested(kMaxJsonDepth)));
  CHECK_FALSE(parse_json_object(nested(kMaxJsonDepth + 1)));
  CHECK_FALSE(parse_json_object("{\"a\":" + std::string(100'000, '[')));
}

TEST_CASE("an error repeats nothing of the text") {
  const auto object = parse_json_object(R"({"hush":1,"hush":2})");
  REQUIRE_FALSE(object);
  CHECK(object.error().message == "has two members of one name");
}
