#include "server/public_routes.h"

#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "support/jwt_fixtures.h"
#include "support/manual_clock.h"
#include "unit/server/request.h"

using freshet::auth::Identity;
using freshet::broker::Cursor;
using freshet::fixtures::kSigned;
using freshet::http::Header;
using freshet::http::Response;
using freshet::server::Answer;
using freshet::server::Gate;
using freshet::server::OpenStream;
using freshet::server::PublicRoutes;
using freshet::server::Quotas;
using freshet::server::Settings;
using freshet::server::Statistics;
using freshet::test::header_of;
using freshet::test::request;

namespace {

struct Fixture {
  Fixture() {
    settings.policy.public_channels = {"news", "public:*"};
    settings.cors_origins = {"https://app.example"};
    settings.channels_per_connection = 4;
  }
  Answer get(const std::string& query, std::vector<Header> headers = {}) {
    return routes.handle(request("GET", "/events", query, std::move(headers)), {});
  }
  /// The answer is a response.
  Response response(const Answer& answer) {
    REQUIRE(std::holds_alternative<Response>(answer));
    return std::get<Response>(answer);
  }
  int status(const std::string& query, std::vector<Header> headers = {}) {
    return response(get(query, std::move(headers))).status;
  }
  OpenStream stream(const std::string& query, std::vector<Header> headers = {}) {
    auto answer = get(query, std::move(headers));
    REQUIRE(std::holds_alternative<OpenStream>(answer));
    return std::get<OpenStream>(std::move(answer));
  }

  Settings settings;
  Statistics statistics;
  Quotas quotas;
  freshet::test::ManualClock clock;
  freshet::auth::Verifier verifier{{}, {}};
  freshet::server::Conditions conditions;
  bool keys_to_come = false;
  Gate gate{settings, verifier, clock, [this](const std::string&) { return keys_to_come; }};
  PublicRoutes routes{clock, settings, conditions, statistics, gate, quotas, [](const Identity&) { return false; }, 1};
};

using Channels = std::vector<std::string>;

}  // namespace

TEST_CASE("A public channel opens a stream with the headers that keep proxies from holding it back") {
  Fixture f;
  const auto stream = f.stream("channel=news");
  CHECK(stream.channels == Channels{"news"});
  CHECK(stream.cursor.kind == Cursor::Kind::kFresh);
  CHECK(header_of(stream.headers, "Content-Type") == "text/event-stream");
  CHECK(header_of(stream.headers, "Cache-Control") == "no-cache, no-transform");
  CHECK(header_of(stream.headers, "X-Accel-Buffering") == "no");
  CHECK(header_of(stream.headers, "Vary") == "Origin");
  CHECK(header_of(stream.headers, "Access-Control-Allow-Origin") == "none");
}

TEST_CASE("Channels are form-urlencoded, and a repeated name counts once") {
  Fixture f;
  CHECK(f.stream("channel=news&channel=public%3Aa%2Bb&channel=news&x=1").channels == Channels{"news", "public:a+b"});
}

TEST_CASE("An origin on the list gets its headers with the stream") {
  Fixture f;
  const auto stream = f.stream("channel=news", {{"Origin", "https://app.example"}});
  CHECK(header_of(stream.headers, "Access-Control-Allow-Origin") == "https://app.example");
  CHECK(header_of(stream.headers, "Access-Control-Allow-Credentials") == "true");
}

TEST_CASE("An origin that is not on the list is refused before anything else is said") {
  Fixture f;
  const auto response = f.response(f.get("channel=secret", {{"Origin", "https://evil.example"}}));
  CHECK(response.status == 403);
  CHECK(header_of(response.headers, "Access-Control-Allow-Origin") == "none");
  CHECK(f.statistics.outcomes["forbidden"] == 1);
}

TEST_CASE("A channel that is not public needs a token") {
  Fixture f;
  const std::string query = GENERATE(as<std::string>(), "channel=secret", "channel=@me", "channel=news&channel=secret",
                                     "channel=publicx", "channel=news2", "channel=@me&channel=news");
  CAPTURE(query);
  const auto response = f.response(f.get(query, {{"Origin", "https://app.example"}}));
  CHECK(response.status == 401);
  CHECK(header_of(response.headers, "WWW-Authenticate").find("Bearer") == 0);
  CHECK(header_of(response.headers, "Content-Type") == "application/problem+json");
  CHECK(header_of(response.headers, "Access-Control-Allow-Origin") == "https://app.example");
  CHECK(f.statistics.outcomes["unauthorized"] == 1);
  CHECK(f.statistics.auth_failures["missing"] == 1);
}

TEST_CASE("In dev mode every channel is readable") {
  Fixture f;
  f.settings.dev = true;
  CHECK(f.stream("channel=secret").channels == Channels{"secret"});
}

TEST_CASE("A query that is not right is refused for good") {
  Fixture f;
  for (const std::string query :
       {"", "channel=", "channel", "channel=a%20b", "channel=a+b", "channel=a%0Ab", "channel=%C3%A9", "channel=a%2",
        "channel=a%zz", "chanel=news",
        "channel=public:1&channel=public:2&channel=public:3&channel=public:4&channel=news", "last_event_id=5"}) {
    CAPTURE(query);
    CHECK(f.status(query) == 400);
  }
  CHECK(f.status("channel=" + std::string(201, 'a')) == 400);
  CHECK(f.statistics.outcomes["invalid"] == 13);
  std::string many = "channel=news";
  for (int i = 0; i < 30; ++i) many += "&x=1";
  CHECK(f.status(many) == 400);
  // The caller's own channel counts as well: one too many, before it is asked who that is.
  CHECK(f.status("channel=public:1&channel=public:2&channel=public:3&channel=public:4&channel=@me") == 400);
}

TEST_CASE("The header is the cursor, and wins over the query") {
  Fixture f;
  auto cursor = f.stream("channel=news&last_event_id=5", {{"Last-Event-ID", "7"}}).cursor;
  CHECK(cursor.kind == Cursor::Kind::kAt);
  CHECK(cursor.id == 7);
  cursor = f.stream("channel=news&last_event_id=5", {{"last-event-id", ""}}).cursor;
  CHECK(cursor.id == 5);
  // A header never means earliest: a browser sends back an id that it was given.
  CHECK(f.stream("channel=news", {{"Last-Event-ID", "earliest"}}).cursor.kind == Cursor::Kind::kUnknown);
}

TEST_CASE("Polyfills may send the cursor in the query, under any of its names") {
  Fixture f;
  for (const std::string name : {"last_event_id", "lastEventId", "lastEventID"}) {
    CAPTURE(name);
    CHECK(f.stream("channel=news&" + name + "=42").cursor.id == 42);
    CHECK(f.stream("channel=news&" + name + "=").cursor.kind == Cursor::Kind::kFresh);
    CHECK(f.stream("channel=news&" + name + "=earliest").cursor.kind == Cursor::Kind::kEarliest);
    CHECK(f.stream("channel=news&" + name + "=nonsense").cursor.kind == Cursor::Kind::kUnknown);
  }
}

TEST_CASE("A client that wants something else than an event stream is told so") {
  Fixture f;
  CHECK(f.status("channel=news", {{"Accept", "application/json"}}) == 406);
  CHECK(f.status("channel=news", {{"Accept", "text/event-stream;q=0"}}) == 406);
  CHECK(f.stream("channel=news", {{"Accept", "*/*"}}).channels.size() == 1);
  CHECK(f.stream("channel=news", {{"Accept", "text/*"}}).channels.size() == 1);
}

TEST_CASE("There is nothing but event streams") {
  Fixture f;
  for (const std::string path : {"/", "/events/", "/event", "/metrics", "/publish", "*"}) {
    CAPTURE(path);
    CHECK(f.response(f.routes.handle(request("GET", path), {})).status == 404);
  }
}

TEST_CASE("An origin on the list may read why a request failed, another one may not") {
  Fixture f;
  const auto allowed = [&](const std::string& origin) {
    const auto missing = f.response(f.routes.handle(request("GET", "/", {}, {{"Origin", origin}}), {}));
    CHECK(missing.status == 404);
    const auto header = header_of(missing.headers, "Access-Control-Allow-Origin");
    const auto unread = f.routes.refusal_headers(request("GET", "/events", {}, {{"Origin", origin}}));
    CHECK(header_of(unread, "Access-Control-Allow-Origin") == header);
    return header;
  };
  CHECK(allowed("https://app.example") == "https://app.example");
  CHECK(allowed("https://evil.example") == "none");
}

TEST_CASE("Other methods are refused with those that are allowed") {
  Fixture f;
  for (const std::string method : {"POST", "PUT", "DELETE", "PATCH", "get"}) {
    CAPTURE(method);
    const auto response = f.response(
        f.routes.handle(request(method, "/events", "channel=news", {{"Origin", "https://app.example"}}), {}));
    CHECK(response.status == 405);
    CHECK(header_of(response.headers, "Allow") == "GET, HEAD, OPTIONS");
    CHECK(header_of(response.headers, "Access-Control-Allow-Origin") == "https://app.example");
  }
  CHECK(f.routes.max_body_bytes() > 0);  // a small body must not hide that
}

TEST_CASE("HEAD is answered as GET is, and never sent away") {
  Fixture f;
  f.settings.connections = 0;
  CHECK(std::holds_alternative<OpenStream>(f.routes.handle(request("HEAD", "/events", "channel=news"), {})));
  CHECK(f.response(f.routes.handle(request("HEAD", "/events", "channel=x"), {})).status == 401);
}

TEST_CASE("A preflight is answered for the origins on the list") {
  Fixture f;
  const auto ask = [&](std::vector<Header> headers, const std::string& path = "/events") {
    return f.response(f.routes.handle(request("OPTIONS", path, {}, std::move(headers)), {}));
  };
  auto response = ask({{"Origin", "https://app.example"}, {"Access-Control-Request-Method", "GET"}});
  CHECK(response.status == 204);
  CHECK(header_of(response.headers, "Access-Control-Allow-Origin") == "https://app.example");
  CHECK(header_of(response.headers, "Access-Control-Allow-Methods") == "GET, HEAD");
  CHECK(header_of(response.headers, "Cache-Control") == "no-store");
  CHECK(response.body.empty());
  CHECK(ask({{"Origin", "https://evil.example"}}).status == 403);
  response = ask({}, "*");
  CHECK(response.status == 204);
  CHECK(header_of(response.headers, "Allow") == "GET, HEAD, OPTIONS");
  CHECK(header_of(response.headers, "Access-Control-Allow-Methods") == "none");
}

TEST_CASE("Beyond the limit of streams a client is sent away to come again") {
  Fixture f;
  f.settings.connections = 2;
  f.statistics.streams = 2;
  const auto response = f.response(f.get("channel=news", {{"Origin", "https://app.example"}}));
  CHECK(response.status == 200);
  CHECK(header_of(response.headers, "Content-Type") == "text/event-stream");
  CHECK(header_of(response.headers, "Access-Control-Allow-Origin") == "https://app.example");
  REQUIRE(response.body.rfind("retry: ", 0) == 0);
  CHECK(response.body.substr(response.body.size() - 2) == "\n\n");
  const auto retry = std::stoi(response.body.substr(7));
  CHECK(retry >= 2250);
  CHECK(retry <= 3750);
  CHECK(f.statistics.shed[freshet::server::Shed::kConnections] == 1);
  CHECK(f.statistics.outcomes["shed"] == 1);
  std::set<std::string> retries;
  for (int i = 0; i < 20; ++i) retries.insert(f.response(f.get("channel=news")).body);
  CHECK(retries.size() > 1);  // or all would come again together
  // What a retry cannot cure keeps its status.
  CHECK(f.status("channel=secret") == 401);
  CHECK(f.status("") == 400);
}

TEST_CASE("Changed settings hold for the next request") {
  Fixture f;
  CHECK(f.status("channel=later") == 401);
  f.settings.policy.public_channels.emplace_back("later");
  CHECK(f.stream("channel=later").channels == Channels{"later"});
}

TEST_CASE("A bad token is challenged in words that fit into a quoted string") {
  Fixture f;
  // {"alg":"none"}: what is wrong with it is said with the name of the field in quotes.
  const auto reply = f.response(f.get("channel=a", {{"Authorization", "Bearer eyJhbGciOiJub25lIn0.e30."}}));
  CHECK(reply.status == 401);
  const auto challenge = header_of(reply.headers, "WWW-Authenticate");
  const std::string begin = R"(Bearer realm="freshet", error="invalid_token", error_description=")";
  REQUIRE(challenge.starts_with(begin));
  const auto description = challenge.substr(begin.size(), challenge.size() - begin.size() - 1);
  CHECK(description.find("'alg'") != std::string::npos);
  CHECK(description.find_first_of("\"\\") == std::string::npos);
}

TEST_CASE("While the first keys are still to come, a token that nobody can judge is told to come back") {
  Fixture f;
  f.keys_to_come = true;
  const auto reply = f.response(f.get("channel=a", {{"Authorization", "Bearer " + std::string(kSigned[0].token)}}));
  CHECK(reply.status == 200);
  CHECK(reply.body.starts_with("retry: "));
  CHECK(f.statistics.shed[freshet::server::Shed::kKeys] == 1);
  CHECK(f.status("channel=a", {{"Authorization", "Bearer rubbish"}}) == 401);
  CHECK(f.status("channel=a") == 401);
}
