#include "server/cors.h"

#include <catch2/catch.hpp>

#include "unit/server/request.h"

using freshet::http::Header;
using freshet::server::add_preflight_headers;
using freshet::server::cors_headers;
using freshet::server::Settings;
using freshet::test::header_of;
using freshet::test::request;

namespace {

Settings allowing(std::vector<std::string> origins, bool credentials = true) {
  Settings settings;
  settings.cors_origins = std::move(origins);
  settings.cors_credentials = credentials;
  return settings;
}

freshet::http::Request from(const std::string& origin) { return request("GET", "/events", {}, {{"Origin", origin}}); }

}  // namespace

TEST_CASE("An origin on the list is told so by its own name, with credentials") {
  const auto headers =
      cors_headers(from("https://app.example"), allowing({"https://other.example", "https://app.example"}));
  REQUIRE(headers);
  CHECK(header_of(*headers, "Access-Control-Allow-Origin") == "https://app.example");
  CHECK(header_of(*headers, "Access-Control-Allow-Credentials") == "true");
  CHECK(header_of(*headers, "Vary") == "Origin");
}

TEST_CASE("Credentials can be left out") {
  const auto headers = cors_headers(from("https://app.example"), allowing({"https://app.example"}, false));
  REQUIRE(headers);
  CHECK(header_of(*headers, "Access-Control-Allow-Origin") == "https://app.example");
  CHECK(header_of(*headers, "Access-Control-Allow-Credentials") == "none");
}

TEST_CASE("Only the very same origin is allowed") {
  const auto settings = allowing({"https://app.example"});
  for (const std::string origin : {"https://app.example.evil.com", "https://app.exampl", "https://evil-app.example",
                                   "xhttps://app.example", "http://app.example", "https://app.example:8443",
                                   "https://app.example/", "https://APP.example", "null", "*", ""}) {
    CAPTURE(origin);
    CHECK_FALSE(cors_headers(from(origin), settings));
  }
}

TEST_CASE("The opaque origin is one like any other: allowed when it is named") {
  const auto headers = cors_headers(from("null"), allowing({"null"}));
  REQUIRE(headers);
  CHECK(header_of(*headers, "Access-Control-Allow-Origin") == "null");
}

TEST_CASE("The wildcard allows every origin, and never credentials") {
  const auto headers = cors_headers(from("https://anyone.example"), allowing({"*"}));
  REQUIRE(headers);
  CHECK(header_of(*headers, "Access-Control-Allow-Origin") == "*");
  CHECK(header_of(*headers, "Access-Control-Allow-Credentials") == "none");
  CHECK(header_of(*headers, "Vary") == "none");
}

TEST_CASE("Without any origin configured, requests of other origins are not allowed") {
  CHECK_FALSE(cors_headers(from("https://app.example"), allowing({})));
}

TEST_CASE("A request without Origin gets no permission, but caches learn that answers differ") {
  auto headers = cors_headers(request("GET", "/events"), allowing({"https://app.example"}));
  REQUIRE(headers);
  CHECK(*headers == std::vector<Header>{{"Vary", "Origin"}});
  headers = cors_headers(request("GET", "/events"), allowing({}));
  REQUIRE(headers);
  CHECK(headers->empty());
}

TEST_CASE("A preflight is told the methods, and the headers that it asked for") {
  std::vector<Header> headers;
  add_preflight_headers(request("OPTIONS", "/events", {}, {{"Access-Control-Request-Headers", "authorization, x-app"}}),
                        headers);
  CHECK(header_of(headers, "Access-Control-Allow-Methods") == "GET, HEAD");
  CHECK(header_of(headers, "Access-Control-Allow-Headers") == "authorization, x-app");
  CHECK(header_of(headers, "Access-Control-Max-Age") == "600");

  headers.clear();
  add_preflight_headers(request("OPTIONS", "/events"), headers);
  CHECK(header_of(headers, "Access-Control-Allow-Headers").find("Last-Event-ID") != std::string::npos);
}
