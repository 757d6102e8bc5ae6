#include "server/ops/publish.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "support/scripted_backplane.h"
#include "unit/server/request.h"

using freshet::broker::PublishError;
using freshet::broker::PublishResult;
using freshet::http::Response;
using freshet::server::OpsRights;
using freshet::server::publish;
using freshet::server::read_publications;
using freshet::test::header_of;
using freshet::test::request;
using freshet::test::ScriptedBackplane;
using nlohmann::json;

namespace {

auto read(const std::string& query, const std::string& body = "data") {
  auto post = request("POST", "/publish", query, {{"Content-Length", std::to_string(body.size())}});
  post.body = body;
  return read_publications(post);
}

PublishResult refused(PublishError::Kind kind, std::string message) {
  return tl::unexpected<PublishError>(PublishError{kind, std::move(message)});
}

/// A publish call under way.
struct Call {
  explicit Call(const std::string& query, std::vector<std::string> rights = {"*"}) {
    auto later = publish(backplane, *read(query), OpsRights(std::move(rights)));
    later([this](Response came) {
      CHECK_FALSE(response);
      response = std::move(came);
    });
  }
  void finish(std::size_t which, PublishResult result) { backplane.published.at(which).done(std::move(result)); }
  [[nodiscard]] json body() const { return json::parse(response->body); }

  ScriptedBackplane backplane;
  std::optional<Response> response;
};

}  // namespace

TEST_CASE("One publication is made for each channel, all alike") {
  const auto publications = read("channel=a&channel=b%3A1&channel=a&event=note&key=order-1", "the body\n\xff");
  REQUIRE(publications);
  REQUIRE(publications->size() == 2);
  CHECK((*publications)[0].channel == "a");
  CHECK((*publications)[1].channel == "b:1");
  for (const auto& publication : *publications) {
    CHECK(publication.data == "the body\n\xff");
    CHECK(publication.event == "note");
    CHECK(publication.key == "order-1");
    CHECK_FALSE(publication.live);
    CHECK_FALSE(publication.ring);
    CHECK_FALSE(publication.ttl);
  }
}

TEST_CASE("Live is a flag") {
  CHECK(read("channel=a&live=1")->front().live);
  CHECK(read("channel=a&live=true")->front().live);
  CHECK(read("channel=a&live")->front().live);
  CHECK(read("live&channel=a")->front().live);
  CHECK_FALSE(read("channel=a&live=0")->front().live);
  CHECK_FALSE(read("channel=a&live=false")->front().live);
  CHECK_FALSE(read("channel=a")->front().live);
}

TEST_CASE("A flag that is neither on nor off is not guessed: a live-only event is not kept") {
  const std::string value = GENERATE("", "no", "2", "off", "yes", "TRUE", "01", "%31%30");
  CAPTURE(value);
  const auto publications = read("channel=a&live=" + value);
  REQUIRE_FALSE(publications);
  CHECK(publications.error().status == 400);
  CHECK(publications.error().detail.starts_with("live is 1 or 0, not "));
}

TEST_CASE("An option without a value is refused as the functions refuse it, not left out") {
  const auto detail = [](const std::string& query) {
    const auto publications = read(query);
    REQUIRE_FALSE(publications);
    CHECK(publications.error().status == 400);
    return publications.error().detail;
  };
  CHECK(detail("channel=a&key=") == "KEY is 0 bytes long, 1 to 512 are allowed");
  CHECK(detail("channel=a&key") == "KEY is 0 bytes long, 1 to 512 are allowed");
  CHECK(detail("channel=a&event=") == "EVENT is 0 bytes long, 1 to 128 are allowed");
}

TEST_CASE("Only channels may be given more than once") {
  const std::string name = GENERATE("event", "key", "live");
  const auto publications = read("channel=a&" + name + "=1&" + name + "=1");
  REQUIRE_FALSE(publications);
  CHECK(publications.error().status == 400);
  CHECK(publications.error().detail == name + " is given twice");
}

TEST_CASE("A request that says nothing of its body publishes nothing: an empty event is asked for by its length") {
  auto post = request("POST", "/publish", "channel=a");
  for (const int minor_version : {0, 1}) {
    post.minor_version = minor_version;
    const auto publications = read_publications(post);
    REQUIRE_FALSE(publications);
    CHECK(publications.error().status == 411);
  }
  CHECK(read("channel=a", "")->front().data.empty());
  post.headers = {{"Transfer-Encoding", "chunked"}};
  CHECK(read_publications(post)->front().data.empty());
}

TEST_CASE("A query that is not right is refused, and a mistyped parameter is not passed over") {
  for (const std::string query : {"", "event=note", "channel=a&chanel=b", "channel=a&ttl=5", "channel=%zz"}) {
    CAPTURE(query);
    const auto publications = read(query);
    REQUIRE_FALSE(publications);
    CHECK(publications.error().status == 400);
  }
  std::string many = "channel=c0";
  for (int i = 1; i < 100; ++i) many += "&channel=c" + std::to_string(i);
  CHECK(read(many)->size() == 100);
  CHECK_FALSE(read(many + "&channel=c100"));
}

TEST_CASE("One channel is answered with its id") {
  Call call("channel=a");
  REQUIRE(call.backplane.published.size() == 1);
  CHECK(call.backplane.published.front().publication.data == "data");
  CHECK_FALSE(call.response);
  call.finish(0, 1'700'000'000'000'001);
  REQUIRE(call.response);
  CHECK(call.response->status == 200);
  CHECK(call.body() == json{{"id", "1700000000000001"}});
  CHECK(header_of(call.response->headers, "Content-Type") == "application/json");
  CHECK(header_of(call.response->headers, "Cache-Control") == "no-store");
}

TEST_CASE("Where nobody knows what became of the event the publisher is told what makes another try safe") {
  Call call("channel=a");
  call.finish(0, refused(PublishError::Kind::kUnknown, "no reply to FCALL within 5 s"));
  REQUIRE(call.response);
  CHECK(call.response->status == 504);
  CHECK(call.body()["detail"] ==
        "no reply to FCALL within 5 s (the event may have been published all the same; another try with the same key "
        "is safe)");
}

TEST_CASE("What may have been published outweighs what was not") {
  Call call("channel=a&channel=b");
  call.finish(0, refused(PublishError::Kind::kUnknown, "no reply"));
  call.finish(1, refused(PublishError::Kind::kUnavailable, "no link"));
  CHECK(call.response->status == 504);
}

TEST_CASE("A live-only event has no id") {
  Call call("channel=a&live=1");
  call.finish(0, 0);
  CHECK(call.body() == json{{"id", nullptr}});
}

TEST_CASE("An error is answered by whose fault it is") {
  using Kind = PublishError::Kind;
  const auto [kind, status] =
      GENERATE(table<Kind, int>({{Kind::kInvalid, 400}, {Kind::kTooLarge, 413}, {Kind::kUnavailable, 503}}));
  Call call("channel=a");
  call.finish(0, refused(kind, "because \"so\" \xff"));
  REQUIRE(call.response);
  CHECK(call.response->status == status);
  CHECK(header_of(call.response->headers, "Content-Type") == "application/problem+json");
  CHECK(call.body()["detail"].get<std::string>().find("because \"so\"") == 0);
}

TEST_CASE("Several channels are answered when the last result is in, each under its name") {
  Call call("channel=a&channel=b&channel=c");
  REQUIRE(call.backplane.published.size() == 3);
  call.finish(2, 33);
  call.finish(0, 11);
  CHECK_FALSE(call.response);
  call.finish(1, 22);
  REQUIRE(call.response);
  CHECK(call.response->status == 200);
  CHECK(call.body() == json{{"ids", {{"a", "11"}, {"b", "22"}, {"c", "33"}}}});
}

TEST_CASE("One that was taken makes the whole a success, and the others are told") {
  Call call("channel=a&channel=b");
  call.finish(0, refused(PublishError::Kind::kUnavailable, "no link"));
  call.finish(1, 22);
  CHECK(call.response->status == 200);
  CHECK(call.body() == json{{"ids", {{"b", "22"}}}, {"errors", {{"a", "no link"}}}});
}

TEST_CASE("If none was taken the most severe error is the answer's status") {
  Call call("channel=a&channel=b");
  call.finish(0, refused(PublishError::Kind::kUnavailable, "no link"));
  call.finish(1, refused(PublishError::Kind::kInvalid, "bad name"));
  CHECK(call.response->status == 503);
  CHECK(call.body() == json{{"ids", json::object()}, {"errors", {{"a", "no link"}, {"b", "bad name"}}}});
}

TEST_CASE("What the rights do not allow is not published, and told apart") {
  Call one("channel=secret", {"news", "public:*"});
  CHECK(one.backplane.published.empty());
  REQUIRE(one.response);
  CHECK(one.response->status == 403);

  Call some("channel=secret&channel=public:1", {"news", "public:*"});
  REQUIRE(some.backplane.published.size() == 1);
  CHECK(some.backplane.published.front().publication.channel == "public:1");
  CHECK_FALSE(some.response);
  some.finish(0, 11);
  CHECK(some.response->status == 200);
  CHECK(some.body()["ids"] == json{{"public:1", "11"}});
  CHECK(some.body()["errors"].contains("secret"));
}

TEST_CASE("Nothing is published to the name that stands for a stream's user") {
  Call one("channel=%40me");
  CHECK(one.backplane.published.empty());
  REQUIRE(one.response);
  CHECK(one.response->status == 400);

  Call some("channel=@me&channel=a");
  REQUIRE(some.backplane.published.size() == 1);
  some.finish(0, 11);
  CHECK(some.body()["ids"] == json{{"a", "11"}});
  CHECK(some.body()["errors"].contains("@me"));
}

TEST_CASE("A backplane that drops its callbacks leaves the call unanswered and nothing behind") {
  Call call("channel=a&channel=b");
  call.finish(0, 11);
  call.backplane.published.clear();
  CHECK_FALSE(call.response);
}
