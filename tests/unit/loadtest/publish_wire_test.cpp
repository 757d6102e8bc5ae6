#include "loadtest/publish_wire.h"

#include <catch2/catch.hpp>

using freshet::loadtest::ChannelPlan;
using freshet::loadtest::HttpWire;
using freshet::loadtest::Mode;
using freshet::loadtest::Options;
using freshet::loadtest::PublishHow;
using freshet::loadtest::RedisWire;
using freshet::loadtest::Url;

namespace {

Options options(PublishHow how) {
  Options options;
  options.publish = how;
  options.channel = "c{n}";
  options.channels = 1;
  options.publish_url = *Url::parse("http://127.0.0.1:9080/publish?channel={channel}");
  options.publish_headers = {"X-Key: k"};
  return options;
}

template <class Wire>
std::string encoded(const Options& options) {
  std::string out;
  Wire(options, ChannelPlan(options)).encode(0, "data", out);
  return out;
}

}  // namespace

TEST_CASE("publishing through Redis is one command") {
  CHECK(encoded<RedisWire>(options(PublishHow::kPublish)) ==
        "*3\r\n$7\r\nPUBLISH\r\n$10\r\nfreshet:c0\r\n$4\r\ndata\r\n");
  auto fcall = options(PublishHow::kFcall);
  CHECK(encoded<RedisWire>(fcall) ==
        "*5\r\n$5\r\nFCALL\r\n$15\r\nfreshet_publish\r\n$1\r\n1\r\n$2\r\nc0\r\n$4\r\ndata\r\n");
  fcall.prefix = "p:";
  CHECK(encoded<RedisWire>(fcall) ==
        "*7\r\n$5\r\nFCALL\r\n$15\r\nfreshet_publish\r\n$1\r\n1\r\n$2\r\nc0\r\n$4\r\ndata\r\n$6\r\nPREFIX\r\n$2\r\np:"
        "\r\n");
}

TEST_CASE("complete answers of Redis are counted, a refusal is an error") {
  const auto given = options(PublishHow::kPublish);
  RedisWire wire(given, ChannelPlan(given));
  std::string_view in = ":1\r\n$4\r\nab\r\n\r\n+OK\r\n:17";
  CHECK(wire.take_answers(in) == 3U);
  CHECK(in == ":17");
  in = ":1\r\n-ERR no function\r\n";
  const auto refused = wire.take_answers(in);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == "Redis: ERR no function");
}

TEST_CASE("publishing by POST is one request") {
  CHECK(encoded<HttpWire>(options(PublishHow::kPost)) ==
        "POST /publish?channel=c0 HTTP/1.1\r\nHost: 127.0.0.1:9080\r\nX-Key: k\r\nContent-Length: 4\r\n\r\ndata");
}

TEST_CASE("complete HTTP answers are counted, a status other than 2xx is an error") {
  const auto given = options(PublishHow::kPost);
  HttpWire wire(given, ChannelPlan(given));
  const std::string text =
      "HTTP/1.1 200 OK\r\nContent-length:  3\r\n\r\nabcHTTP/1.1 202 Accepted\r\nTransfer-Encoding: "
      "chunked\r\n\r\n1\r\nx\r\n0\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n";
  for (std::size_t size = 0; size < text.size(); ++size) {
    std::string_view part = std::string_view(text).substr(0, size);
    CHECK(wire.take_answers(part).value_or(9) < 3);
  }
  std::string_view in = text;
  CHECK(wire.take_answers(in) == 3U);
  CHECK(in.empty());
  in = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";
  CHECK_FALSE(wire.take_answers(in));
}
