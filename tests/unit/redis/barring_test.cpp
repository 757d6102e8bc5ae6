#include "redis/barring.h"

#include <catch2/catch.hpp>

#include "redis/codec.h"

namespace broker = freshet::broker;
namespace redis = freshet::redis;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;

namespace {

redis::Reply reply_of(const std::string& bytes) {
  redis::ReplyReader reader;
  reader.feed(bytes);
  auto reply = reader.take();
  return std::move(*reply.value());
}

std::string bulk(const std::string& text) { return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n"; }

}  // namespace

TEST_CASE("A bar is asked for by user and seconds, and put back with its time") {
  CHECK(redis::bar_command({"42", 600s, {}}, "p:") == Words{"FCALL", "freshet_bar", "0", "42", "600", "PREFIX", "p:"});
  CHECK(redis::bar_command({"42", 600s, 1'700'000'000}, "p:") ==
        Words{"FCALL", "freshet_bar", "0", "42", "600", "BEFORE", "1700000000", "PREFIX", "p:"});
}

TEST_CASE("The function's reply is the bar as it is kept") {
  const auto reply = reply_of(bulk("1700000001:1700000600"));
  CHECK(redis::stored_bar("42", reply.value()) == broker::Bar{"42", 1'700'000'001, 1'700'000'600});
}

TEST_CASE("A reply that is no bar is an error that quotes it") {
  const auto* const bytes = GENERATE("-OOM full\r\n", ":1\r\n", "$-1\r\n", "$0\r\n\r\n", "$3\r\n1:x\r\n",
                                     "$2\r\n1:\r\n", "$5\r\n1:2:3\r\n", "$12\r\n1:9999999999\r\n", "$4\r\n-1:2\r\n");
  const auto reply = reply_of(bytes);
  const auto bar = redis::stored_bar("42", reply.value());
  REQUIRE_FALSE(bar);
  CHECK(bar.error().message.starts_with("FCALL freshet_bar: "));
}

TEST_CASE("Of all that is kept, what is no bar is left out") {
  const auto reply =
      reply_of("*6\r\n" + bulk("a") + bulk("1:2") + bulk("broken") + bulk("x") + bulk("b:c") + bulk("3:4"));
  const auto bars = redis::read_bars(reply.value());
  REQUIRE(bars);
  CHECK(*bars == std::vector<broker::Bar>{{"a", 1, 2}, {"b:c", 3, 4}});
  CHECK(redis::read_bars(reply_of("*0\r\n").value())->empty());
}

TEST_CASE("Bars that cannot be read are an error") {
  const auto reply = reply_of("-WRONGTYPE no hash\r\n");
  CHECK(redis::read_bars(reply.value()).error().message.starts_with("HGETALL: "));
}
