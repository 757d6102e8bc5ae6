#include "server/ops/disconnect.h"

#include <catch2/catch.hpp>
#include <string>

#include "request.h"

using freshet::http::Problem;
using freshet::server::connections_path;
using freshet::server::Disconnect;
using freshet::server::read_disconnect;
using namespace std::chrono_literals;
using Target = Disconnect::Target;

namespace {

tl::expected<Disconnect, Problem> read(const std::string& path, const std::string& query = {}) {
  const auto found = connections_path(path);
  REQUIRE(found);
  return read_disconnect(*found, freshet::test::request("DELETE", path, query));
}

}  // namespace

TEST_CASE("The connections of a user or a channel have a path, whatever the name holds") {
  CHECK(read("/users/42/connections") == Disconnect{Target::kUser, "42", {}});
  CHECK(read("/users/a%2Fb%20%C3%BC/connections") == Disconnect{Target::kUser, "a/b ü", {}});
  CHECK(read("/users/a+b/connections") == Disconnect{Target::kUser, "a+b", {}});
  CHECK(read("/channels/a/b/connections") == Disconnect{Target::kChannel, "a/b", {}});
  CHECK(read("/channels/a/connections/connections") == Disconnect{Target::kChannel, "a/connections", {}});
}

TEST_CASE("Other paths are of no connections") {
  const auto* const path = GENERATE("/users/42", "/users//connections", "/users/connections", "/users/42/connections/",
                                    "/channels/connections", "/channels/news", "/user/42/connections", "/", "");
  INFO(path);
  CHECK_FALSE(connections_path(path));
}

TEST_CASE("A user can be barred for a time, a channel cannot") {
  CHECK(read("/users/42/connections", "for=10m") == Disconnect{Target::kUser, "42", 10min});
  CHECK(read("/users/42/connections", "for=600") == Disconnect{Target::kUser, "42", 600s});
  CHECK(read("/channels/news/connections", "for=10m").error().status == 400);
}

TEST_CASE("What is wrong with a disconnect is answered 400, in words") {
  const auto [path, query] = GENERATE(table<const char*, const char*>({
      {"/users/42/connections", "for=soon"},
      {"/users/42/connections", "for="},
      {"/users/42/connections", "for=1h&for=1h"},
      {"/users/42/connections", "until=1h"},
      {"/users/42/connections", "for=%zz"},
      {"/users/%zz/connections", ""},
      {"/users/%0A/connections", ""},
      {"/users/%FF/connections", ""},
      {"/channels/a%20b/connections", ""},
  }));
  INFO(path << "?" << query);
  const auto problem = read(path, query);
  REQUIRE_FALSE(problem);
  CHECK(problem.error().status == 400);
  CHECK_FALSE(problem.error().detail.empty());
}
