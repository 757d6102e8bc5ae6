#include "server/gate.h"

#include <catch2/catch.hpp>
#include <string>

#include "support/jwt_fixtures.h"
#include "support/manual_clock.h"
#include "unit/server/request.h"

using freshet::auth::TrustedProxies;
using freshet::http::Header;
using freshet::server::Gate;
using freshet::server::Settings;
using freshet::test::request;
using freshet::uv::Peer;

namespace {

const Peer kProxy{false, "10.0.0.1"};
const Peer kStranger{false, "192.0.2.1"};

struct Fixture {
  Fixture() {
    settings.trusted_header = "X-User-Id";
    settings.trusted_channels_header = "X-Channels";
    settings.trusted_proxies = TrustedProxies::parse(std::vector<std::string>{"10.0.0.0/8"}).value();
  }
  /// Whom the gate sees: a subject, "nobody", or "bad: " and the reason.
  std::string who(std::vector<Header> headers, const Peer& peer = kProxy, const std::string& token = {}) {
    const auto found = gate.identify(request("GET", "/events", {}, std::move(headers)), peer, token);
    if (!found) return "bad: " + std::string(to_string(found.error().reason));
    return *found ? (*found)->subject : "nobody";
  }

  Settings settings;
  freshet::test::ManualClock clock;
  freshet::auth::Verifier verifier{{}, {}};
  std::vector<std::string> missing;  ///< the kids that were asked for
  bool more_keys_to_come = false;
  Gate gate{settings, verifier, clock, [this](const std::string& kid) {
              missing.push_back(kid);
              return more_keys_to_come;
            }};
};

}  // namespace

TEST_CASE("A trusted proxy's header names the user, anyone else's is ignored") {
  Fixture f;
  CHECK(f.who({{"x-user-ID", "ann"}}) == "ann");
  CHECK(f.who({{"X-User-Id", "ann"}}, kStranger) == "nobody");
  CHECK(f.who({{"X-User-Id", "ann"}}, Peer{true, {}}) == "nobody");
  CHECK(f.who({{"X-User-Id", ""}}) == "nobody");
  CHECK(f.who({{"X-User_Id", "ann"}, {"X-User-Id2", "ann"}}) == "nobody");
  CHECK(f.who({{"X-Channels", "*"}}) == "nobody");
}

TEST_CASE("A trusted header that comes twice is nobody's") {
  Fixture f;
  CHECK(f.who({{"X-User-Id", "ann"}, {"x-user-id", "bob"}}) == "bad: claims");
  CHECK(f.who({{"X-User-Id", "ann"}, {"X-User-Id", "ann"}}) == "bad: claims");
  CHECK(f.who({{"X-User-Id", ""}, {"X-User-Id", "ann"}}) == "bad: claims");
  CHECK(f.who({{"X-User-Id", "ann"}, {"X-Channels", "a"}, {"X-Channels", "*"}}) == "bad: claims");
  CHECK(f.who({{"X-User-Id", "ann"}, {"X-User-Id", "bob"}}, kStranger) == "nobody");
}

TEST_CASE("The first token that is present decides") {
  Fixture f;
  const std::string token(freshet::fixtures::kSigned[0].token);
  CHECK(f.who({{"Authorization", "Basic abc"}}) == "nobody");
  CHECK(f.who({{"Authorization", "Bearer"}, {"Cookie", "freshet_token=" + token}}, kProxy, token) == "bad: malformed");
  CHECK(f.who({{"Cookie", "freshet_token=x"}}, kProxy, token) == "bad: malformed");
  CHECK(f.missing.empty());
  CHECK(f.who({{"Cookie", "other=x"}}, kProxy, token) == "bad: unknown_key");
  CHECK(f.missing.size() == 1);
}

TEST_CASE("A token of a key that is still to come is refused for now only") {
  Fixture f;
  const auto verify = [&](std::string_view token) { return f.gate.verify(token).error(); };
  const auto signed_by = std::string(freshet::fixtures::kSigned[0].token);
  CHECK_FALSE(verify(signed_by).for_now);
  f.more_keys_to_come = true;
  CHECK(verify(signed_by).for_now);
  CHECK_FALSE(verify("rubbish").for_now);
  CHECK(f.missing.size() == 2);
  // {"alg":"EdDSA","kid":"k"}
  CHECK(verify("eyJhbGciOiJFZERTQSIsImtpZCI6ImsifQ.e30.AA").for_now);
  CHECK(f.missing.back() == "k");
}

TEST_CASE("A client's address is what trusted proxies say, and nobody else") {
  Fixture f;
  const auto address = [&](const Peer& peer, const std::string& forwarded) {
    const auto found = f.gate.client_address(request("GET", "/events", {}, {{"X-Forwarded-For", forwarded}}), peer);
    return found ? found->text() : std::string();
  };
  CHECK(address(kProxy, "203.0.113.9, 198.51.100.4, 10.9.9.9") == "198.51.100.4");
  CHECK(address(kStranger, "203.0.113.9") == "192.0.2.1");
  CHECK(address(Peer{true, {}}, "203.0.113.9").empty());
}
