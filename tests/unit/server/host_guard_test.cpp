#include "server/ops/host_guard.h"

#include <catch2/catch.hpp>
#include <string>

#include "unit/server/request.h"

using freshet::server::guard_host;
using freshet::test::request;

namespace {

bool passes(const std::string& method, std::vector<freshet::http::Header> headers) {
  const auto problem = guard_host(request(method, "/publish", {}, std::move(headers)), {"ops.example"});
  if (problem) CHECK(problem->status == 403);
  return !problem;
}

bool host_passes(const std::string& host) { return passes("GET", {{"Host", host}}); }

}  // namespace

TEST_CASE("Addresses, localhost and the names that are listed are hosts of this listener") {
  for (const std::string host : {"127.0.0.1", "127.0.0.1:9080", "10.1.2.3:80", "[::1]", "[::1]:9080", "localhost",
                                 "LocalHost:9080", "ops.example", "OPS.example:9080"}) {
    CAPTURE(host);
    CHECK(host_passes(host));
  }
}

TEST_CASE("Any other name is refused, whatever it resolves to") {
  for (const std::string host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "ops.example.evil", "evil.ops.example",
        "evil.example:9080", "localhost.", ":9080", "[evil.example", "[evil.example]", "[::1", "[::1]evil.example",
        "[::1].evil.example:9080", "[]", "[", "[127.0.0.1]"}) {
    CAPTURE(host);
    CHECK_FALSE(host_passes(host));
    CHECK_FALSE(passes("POST", {{"Host", host}}));
  }
}

TEST_CASE("A request without a host comes from no browser") {
  CHECK(passes("GET", {}));
  CHECK(passes("POST", {}));
  CHECK(host_passes(""));
}

TEST_CASE("A page of another origin may read nothing less, but change nothing") {
  const std::string host = "127.0.0.1:9080";
  for (const std::string origin : {"http://evil.example", "http://127.0.0.1:8080", "http://127.0.0.1", "null", "",
                                   "http://127.0.0.1:9080.evil.example", "ftp://127.0.0.1:9080"}) {
    CAPTURE(origin);
    for (const std::string method : {"POST", "DELETE", "PUT", "OPTIONS"}) {
      CHECK_FALSE(passes(method, {{"Host", host}, {"Origin", origin}}));
    }
    CHECK(passes("GET", {{"Host", host}, {"Origin", origin}}));
    CHECK(passes("HEAD", {{"Host", host}, {"Origin", origin}}));
  }
  CHECK_FALSE(passes("POST", {{"Origin", "http://evil.example"}}));
}

TEST_CASE("The listener's own pages may change things, behind TLS too") {
  for (const std::string origin : {"http://127.0.0.1:9080", "https://127.0.0.1:9080"}) {
    CHECK(passes("POST", {{"Host", "127.0.0.1:9080"}, {"Origin", origin}}));
  }
  CHECK(passes("POST", {{"Host", "ops.example"}, {"Origin", "https://ops.example"}}));
}

TEST_CASE("Streams are opened for this listener's own page and for what is no page, for nobody else") {
  const auto opens = [](std::vector<freshet::http::Header> headers) {
    headers.push_back({"Host", "127.0.0.1:9080"});
    return !freshet::server::guard_stream(request("GET", "/events", {}, std::move(headers)));
  };
  CHECK(opens({}));
  CHECK(opens({{"Sec-Fetch-Site", "same-origin"}}));
  CHECK(opens({{"Sec-Fetch-Site", "none"}}));
  CHECK(opens({{"Origin", "http://127.0.0.1:9080"}, {"Sec-Fetch-Site", "same-origin"}}));
  CHECK(opens({{"Origin", "https://127.0.0.1:9080"}}));
  CHECK_FALSE(opens({{"Sec-Fetch-Site", "cross-site"}}));
  CHECK_FALSE(opens({{"Sec-Fetch-Site", "same-site"}}));
  CHECK_FALSE(opens({{"Origin", "http://127.0.0.1:8080"}}));
  CHECK_FALSE(opens({{"Origin", "null"}}));
  CHECK_FALSE(opens({{"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "same-origin"}}));
}
