#include "http/response.h"

#include <catch2/catch.hpp>

#include "http/stream_heads.h"

using freshet::http::encode;
using freshet::http::encode_stream_head;
using freshet::http::Header;
using freshet::http::reason_phrase;
using freshet::http::Response;

TEST_CASE("an answer has its length, and says nothing about a connection that stays open") {
  const Response response{.status = 200, .headers = {{"Content-Type", "text/plain"}}, .body = "ok\n"};
  CHECK(encode(response, true, 1, false) ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nok\n");
  CHECK(encode(response, false, 1, false) ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nConnection: close\r\n\r\nok\n");
}

TEST_CASE("an HTTP/1.0 client is told when the connection stays open") {
  CHECK(encode({.status = 404}, true, 0, false) ==
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
  CHECK(encode({.status = 404}, false, 0, false) ==
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST_CASE("HEAD gives the length without the body") {
  CHECK(encode({.status = 200, .body = "four"}, true, 1, true) == "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n");
}

TEST_CASE("204 and 304 have neither body nor length") {
  CHECK(encode({.status = 204, .body = "x"}, true, 1, false) == "HTTP/1.1 204 No Content\r\n\r\n");
  CHECK(encode({.status = 304, .body = "x"}, true, 1, false) == "HTTP/1.1 304 Not Modified\r\n\r\n");
}

TEST_CASE("no header value can begin a header of its own") {
  const Response response{.status = 200,
                          .headers = {{"A", "1\r\nSet-Cookie: x"},
                                      {"B", std::string("2\n3\0\x7f", 5)},
                                      {"C\r\nD", "4"},
                                      {"", "5"},
                                      {"E", "t\tab \xc3\xa9"}},
                          .body = {}};
  CHECK(encode(response, true, 1, false) ==
        "HTTP/1.1 200 OK\r\nA: 1  Set-Cookie: x\r\nB: 2 3  \r\nE: t\tab \xc3\xa9\r\nContent-Length: 0\r\n\r\n");
  CHECK(
      encode_stream_head(response.headers, 1) ==
      "HTTP/1.1 200 OK\r\nA: 1  Set-Cookie: x\r\nB: 2 3  \r\nE: t\tab \xc3\xa9\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST_CASE("framing headers are the encoder's alone") {
  const std::vector<Header> headers{{"content-length", "9"}, {"Transfer-Encoding", "gzip"}, {"CONNECTION", "upgrade"}};
  CHECK(encode({.status = 200, .headers = headers, .body = "x"}, true, 1, false) ==
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
  CHECK(encode_stream_head(headers, 1) == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
}

TEST_CASE("a stream is chunked for HTTP/1.1 and ends with the connection for HTTP/1.0") {
  const std::vector<Header> headers{{"Content-Type", "text/event-stream"}};
  CHECK(encode_stream_head(headers, 1) ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
  CHECK(encode_stream_head(headers, 1, false) ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
        "Connection: close\r\n\r\n");
  CHECK(encode_stream_head(headers, 0) ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
}

TEST_CASE("every status that is sent has its words") {
  for (const int status : {200, 204, 400, 401, 403, 404, 405, 406, 408, 413, 414, 417, 431, 500, 501, 503, 505}) {
    INFO(status);
    CHECK_FALSE(reason_phrase(status).empty());
  }
  CHECK(reason_phrase(299).empty());
}

TEST_CASE("a stream's head is made anew when it is another one than the last") {
  freshet::http::StreamHeads heads;
  const std::vector<Header> plain{{"Content-Type", "text/event-stream"}};
  const std::vector<Header> other{{"Content-Type", "text/event-stream"}, {"Vary", "Origin"}};
  for (int round = 0; round < 2; ++round) {
    for (const int minor_version : {1, 1, 0}) {
      CHECK(heads.encode(plain, minor_version, false) == encode_stream_head(plain, minor_version, false));
      CHECK(heads.encode(plain, minor_version, true) == encode_stream_head(plain, minor_version, true));
      CHECK(heads.encode(other, minor_version, true) == encode_stream_head(other, minor_version, true));
    }
  }
}
