#include "http/query.h"

#include <catch2/catch.hpp>

using freshet::http::parse_query;
using freshet::http::percent_decode;
using freshet::http::QueryPairs;

namespace {

QueryPairs pairs(std::string_view raw) {
  const auto parsed = parse_query(raw, 100);
  REQUIRE(parsed.has_value());
  return *parsed;
}

std::string error(std::string_view raw, std::size_t max_pairs = 100) {
  const auto parsed = parse_query(raw, max_pairs);
  return parsed ? "" : parsed.error().message;
}

}  // namespace

TEST_CASE("a query is read as a form") {
  CHECK(pairs("channel=a&channel=b%3Ac&x") == QueryPairs{{"channel", "a"}, {"channel", "b:c"}, {"x", ""}});
  CHECK(pairs("a+b=c+d%2B") == QueryPairs{{"a b", "c d+"}});
  CHECK(pairs("a=b=c") == QueryPairs{{"a", "b=c"}});
  CHECK(pairs("=v&a=") == QueryPairs{{"", "v"}, {"a", ""}});
  CHECK(pairs("%61=%c3%A9%00") == QueryPairs{{"a", std::string("\xc3\xa9\0", 3)}});
  CHECK(pairs("a;b=c") == QueryPairs{{"a;b", "c"}});
}

TEST_CASE("empty pieces of a query are skipped") {
  CHECK(pairs("").empty());
  CHECK(pairs("&&&").empty());
  CHECK(pairs("&a=1&&b=2&") == QueryPairs{{"a", "1"}, {"b", "2"}});
}

TEST_CASE("a bad escape is refused with its place in the query") {
  CHECK(error("a=1&b=x%2") == "bad percent escape at byte 7");
  CHECK(error("%") == "bad percent escape at byte 0");
  CHECK(error("a=%zz") == "bad percent escape at byte 2");
  CHECK(error("a=%4g&b=%41") == "bad percent escape at byte 2");
  CHECK(error("a&b%&c") == "bad percent escape at byte 3");
  CHECK(error("a=%%41") == "bad percent escape at byte 2");
}

TEST_CASE("the number of parameters is bounded") {
  CHECK(parse_query("a&b&&", 2).has_value());
  CHECK(error("a&b&c", 2) == "more than 2 parameters");
}

TEST_CASE("a query can be read pair by pair, however long it is") {
  std::string raw;
  for (int i = 0; i < 1000; ++i) raw += "&a=1";
  freshet::http::QueryReader reader(raw);
  for (int i = 0; i < 1000; ++i) REQUIRE(reader.next().value() == freshet::http::QueryPair{"a", "1"});
  CHECK(reader.next().value() == std::nullopt);
  CHECK(reader.next().value() == std::nullopt);
}

TEST_CASE("percent-decoding leaves plus signs alone") {
  CHECK(percent_decode("/a+b%20c%2fd").value() == "/a+b c/d");
  CHECK(percent_decode("").value().empty());
  CHECK(percent_decode("%41").value() == "A");
  CHECK(percent_decode("ab%4").error().message == "bad percent escape at byte 2");
}
