#include "http/problem.h"

#include <catch2/catch.hpp>

using freshet::http::Header;
using freshet::http::to_response;

TEST_CASE("a problem is told as problem+json that nobody stores") {
  const auto response = to_response({.status = 403, .detail = "channel not allowed: news"});
  CHECK(response.status == 403);
  CHECK(response.headers ==
        std::vector<Header>{{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}});
  CHECK(response.body ==
        "{\"type\":\"about:blank\",\"title\":\"Forbidden\",\"status\":403,\"detail\":\"channel not allowed: news\"}\n");
}

TEST_CASE("a problem without details leaves them out") {
  CHECK(to_response({.status = 404}).body == "{\"type\":\"about:blank\",\"title\":\"Not Found\",\"status\":404}\n");
}

TEST_CASE("a detail is escaped, and made UTF-8 where it is not") {
  CHECK_THAT(to_response({.status = 400, .detail = "\"\\\r\n\x01</script>"}).body,
             Catch::Contains(R"("detail":"\"\\\r\n\u0001</script>")"));
  CHECK_THAT(to_response({.status = 400, .detail = "a\xff\xc3z"}).body,
             Catch::Contains("\"detail\":\"a\xef\xbf\xbd\xef\xbf\xbdz\""));
}

TEST_CASE("a problem may have a type of its own") {
  CHECK_THAT(to_response({.status = 400, .type = "urn:x"}).body, Catch::Contains("\"type\":\"urn:x\""));
}
