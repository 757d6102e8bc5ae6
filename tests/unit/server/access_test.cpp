#include "server/ops/access.h"

#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "support/jwt_fixtures.h"
#include "support/manual_clock.h"
#include "unit/auth/sign.h"
#include "unit/server/request.h"

using freshet::auth::Identity;
using freshet::auth::PublishKeys;
using freshet::auth::test::sign;
using freshet::server::Gate;
using freshet::server::OpsAccess;
using freshet::server::Settings;
using freshet::test::request;

namespace {

// printf %s KEY | sha256sum
constexpr std::string_view kKey = "correct horse battery staple";
constexpr std::string_view kLine =
    "news sha256:c4bbcb1fbec99d65bf59d85c8cb62ee2db963f0fe106f483d9afa73bd4e39a8a news:*\n";

struct Fixture {
  /// 200 for rights, otherwise the answer's status.
  int status(const std::string& bearer = {}) {
    std::vector<freshet::http::Header> headers;
    if (!bearer.empty()) headers.push_back({"Authorization", "Bearer " + bearer});
    const auto rights = access.judge(request("POST", "/publish", {}, std::move(headers)));
    return rights ? 200 : rights.error().status;
  }

  Settings settings;
  freshet::test::ManualClock clock;
  freshet::auth::Verifier verifier{{}, freshet::auth::test::secret_keys()};
  bool keys_to_come = false;
  Gate gate{settings, verifier, clock, [this](const std::string&) { return keys_to_come; }};
  std::optional<PublishKeys> keys;
  std::string barred;
  OpsAccess access{keys, gate, [this](const Identity& who) { return who.subject == barred; }};
};

std::string token() { return sign(R"({"sub":"42","iat":7,"freshet":{"publish":["chat:*"]}})"); }

}  // namespace

TEST_CASE("Without a configured file whoever reaches the loopback may do all, and nobody from elsewhere") {
  Fixture f;
  CHECK(f.status() == 200);
  f.access.close_to_others();
  CHECK(f.status() == 401);
  CHECK(f.status(std::string(kKey)) == 401);
  CHECK(f.status(token()) == 200);
}

TEST_CASE("A configured file is needed to be passed, whatever is in it") {
  Fixture f;
  f.keys = PublishKeys::parse(kLine).value();
  CHECK(f.status() == 401);
  CHECK(f.status(std::string(kKey)) == 200);
  f.keys = PublishKeys::parse("# nobody\n").value();
  CHECK(f.status() == 401);
  CHECK(f.status(std::string(kKey)) == 401);
  CHECK(f.status(token()) == 200);
}

TEST_CASE("A token of a barred user opens nothing, one without a right to publish neither") {
  Fixture f;
  f.keys.emplace();
  CHECK(f.status(sign(R"({"sub":"42"})")) == 401);
  CHECK(f.status(token()) == 200);
  f.barred = "42";
  CHECK(f.status(token()) == 401);
}

TEST_CASE("A token whose key is still to come is asked to try again") {
  Fixture f;
  f.keys.emplace();
  const auto foreign = sign(R"({"alg":"HS256","kid":"new"})", "{}", std::string(32, 'o'));
  CHECK(f.status(foreign) == 401);
  f.keys_to_come = true;
  CHECK(f.status(foreign) == 503);
  CHECK(f.status("rubbish") == 401);
}

TEST_CASE("Rights know whose token gave them, and a key is nobody's") {
  Fixture f;
  f.keys = PublishKeys::parse(kLine).value();
  const auto rights = [&](std::string_view bearer) {
    return f.access.judge(request("POST", "/publish", {}, {{"Authorization", "Bearer " + std::string(bearer)}}))
        .value();
  };
  CHECK_FALSE(rights(kKey).identity());
  CHECK(rights(kKey).may("news:1"));
  CHECK_FALSE(rights(kKey).may("news"));
  CHECK(rights(token()).identity()->subject == "42");
  CHECK(rights(token()).identity()->issued_at == 7);
  CHECK(rights(token()).may("chat:1"));
  CHECK_FALSE(rights(token()).everywhere());
}
