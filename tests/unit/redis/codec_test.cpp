#include "redis/codec.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

using namespace freshet::redis;
using namespace std::string_literals;
using Type = Value::Type;

namespace {

/// All whole replies of `bytes`, described, when they come in pieces of `piece` bytes; at the end the error, if any.
std::vector<std::string> read(std::string_view bytes, std::size_t piece) {
  ReplyReader reader;
  std::vector<std::string> replies;
  while (true) {
    auto reply = reader.take();
    if (!reply) {
      replies.push_back("error: " + reply.error().message);
      return replies;
    }
    if (*reply) {
      replies.push_back((*reply)->value().describe());
    } else if (bytes.empty()) {
      return replies;
    } else {
      reader.feed(bytes.substr(0, piece));
      bytes.remove_prefix(std::min(piece, bytes.size()));
    }
  }
}

Reply only(std::string_view bytes) {
  ReplyReader reader;
  reader.feed(bytes);
  auto reply = reader.take();
  REQUIRE(reply);
  REQUIRE(*reply);
  return std::move(**reply);
}

}  // namespace

TEST_CASE("Replies are the same wherever the stream is cut") {
  const std::string_view stream =
      "+OK\r\n-ERR no\r\n:-42\r\n$3\r\na\nb\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n*2\r\n:1\r\n*1\r\n$1\r\nx\r\n+last\r\n";
  const std::vector<std::string> expected{"OK",  "ERR no", "the integer -42", R"(a\x0ab)",     "",
                                          "nil", "nil",    "an array of 0",   "an array of 2", "last"};
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    INFO("pieces of " << piece);
    CHECK(read(stream, piece) == expected);
  }
}

TEST_CASE("A value gives what its type has, and nothing for other types") {
  const auto reply = only("*5\r\n$4\r\na\0b\xff\r\n:9223372036854775807\r\n$-1\r\n-BUSY x\r\n*1\r\n+in\r\n"s);
  const auto array = reply.value();
  REQUIRE(array.is(Type::kArray));
  REQUIRE(array.size() == 5);
  CHECK(array.text().empty());
  CHECK(array.integer() == 0);
  CHECK(array[0].text() == std::string_view("a\0b\xff", 4));
  CHECK(array[1].integer() == 9223372036854775807);
  CHECK(array[1].text().empty());
  CHECK(array[2].is(Type::kNil));
  CHECK(array[2].size() == 0);
  CHECK(array[3].is_error());
  CHECK(array[3].text() == "BUSY x");
  CHECK(array[4][0].is(Type::kStatus));
  CHECK(array[4][0].text() == "in");
}

TEST_CASE("A reply outlives the next one and its reader") {
  std::optional<Reply> first;
  {
    ReplyReader reader;
    reader.feed("$5\r\nfirst\r\n$6\r\nsecond\r\n");
    first = std::move(*reader.take().value());
    CHECK(reader.take().value()->value().text() == "second");
  }
  CHECK(first->value().text() == "first");
}

TEST_CASE("What is not RESP is an error, and stays one") {
  ReplyReader reader;
  reader.feed("HTTP/1.1 400 Bad Request\r\n");
  const auto reply = reader.take();
  REQUIRE_FALSE(reply);
  CHECK_THAT(reply.error().message, Catch::Contains("\"H\""));
  reader.feed("+OK\r\n");
  CHECK_FALSE(reader.take());
}

TEST_CASE("Replies before a violation of the protocol are still given out") {
  CHECK(read("+OK\r\n?\r\n", 100).front() == "OK");
  CHECK(read("+OK\r\n?\r\n", 100).size() == 2);
}

TEST_CASE("An announced array takes no memory beyond the bound") {
  CHECK_THAT(read("*1048577\r\n", 100).back(), Catch::Contains("1048577 elements"));
  CHECK_THAT(read("*1\r\n*2147483647\r\n", 100).back(), Catch::Contains("2147483647 elements"));
  CHECK(read("*1048576\r\n", 100).empty());
}

TEST_CASE("Arrays cannot be nested without end") {
  std::string stream;
  for (int depth = 0; depth < 100; ++depth) stream += "*1\r\n";
  CHECK_THAT(read(stream, 100).back(), Catch::StartsWith("error: "));
}

TEST_CASE("A reply larger than the bound is cut, and the next one is whole again") {
  ReplyReader reader(10);
  reader.feed("*4\r\n$4\r\nabcd\r\n$6\r\nefghij\r\n$1\r\nk\r\n:7\r\n*2\r\n$9\r\nabcdefghi\r\n$1\r\nj\r\n");
  const auto* cut = reader.take().value();
  CHECK(cut->cut());
  CHECK(cut->value()[0].text() == "abcd");
  CHECK(cut->value()[1].text() == "efghij");
  CHECK(cut->value()[2].is(Type::kNil));
  CHECK(cut->value()[3].integer() == 7);
  const auto* whole = reader.take().value();
  CHECK_FALSE(whole->cut());
  CHECK(whole->value()[1].text() == "j");
  reader.feed("$11\r\nabcdefghijk\r\n");
  whole = reader.take().value();
  CHECK_FALSE(whole->cut());
  CHECK(whole->value().text() == "abcdefghijk");
  // What comes behind the first one left out is left out, too, whatever its size.
  reader.feed("*3\r\n$4\r\nabcd\r\n$7\r\nefghijk\r\n$1\r\nl\r\n");
  cut = reader.take().value();
  CHECK(cut->cut());
  CHECK(cut->value()[0].text() == "abcd");
  CHECK(cut->value()[1].is(Type::kNil));
  CHECK(cut->value()[2].is(Type::kNil));
}

TEST_CASE("A text larger than the bound is an error; many small replies are not") {
  ReplyReader reader(100, 100);
  for (int i = 0; i < 100; ++i) {
    reader.feed("$10\r\n0123456789\r\n");
    REQUIRE(reader.take().value());
  }
  reader.feed("$1000\r\n" + std::string(94, 'x'));
  CHECK(reader.take());
  reader.feed("x");
  const auto reply = reader.take();
  REQUIRE_FALSE(reply);
  CHECK(reply.error().message == "a text of more than 100 bytes");
}

TEST_CASE("A command travels as an array of its arguments, whatever bytes they have") {
  std::string out = "before";
  const std::string binary("\r\n\0$", 4);
  const std::array<std::string_view, 4> arguments{"SET", "", std::string_view(), binary};
  append_command(out, arguments);
  CHECK(out == "before*4\r\n$3\r\nSET\r\n$0\r\n\r\n$0\r\n\r\n$4\r\n" + binary + "\r\n");
}

TEST_CASE("How long a command is on its way is known before") {
  const auto size = GENERATE(as<std::size_t>(), 0, 1, 9, 10, 99, 100, 999, 1000, 100'000);
  const std::string argument(size, 'x');
  const std::vector<std::string_view> arguments(GENERATE(as<std::size_t>(), 1, 9, 10, 101), argument);
  std::string out;
  append_command(out, arguments);
  CHECK(command_bytes(arguments) == out.size());
}
