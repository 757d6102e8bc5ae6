#include "config/environment.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <set>
#include <string>

#include "config/print.h"

using freshet::config::env_name;
using freshet::config::is_service_link;
using freshet::config::read_environment;

TEST_CASE("a key's environment variable is its path in capitals") {
  CHECK(env_name("log.level") == "FRESHET_LOG_LEVEL");
  CHECK(env_name("backplane.redis.url") == "FRESHET_BACKPLANE_REDIS_URL");
}

TEST_CASE("no two keys share an environment variable") {
  std::set<std::string> names;
  for (const auto& path : freshet::config::key_paths()) {
    INFO(path);
    CHECK(names.insert(env_name(path)).second);
  }
}

TEST_CASE("the environment of the process is read as it is, also a value with an equals sign") {
  setenv("FRESHET_TEST_VARIABLE", "a=b", 1);
  CHECK(read_environment().at("FRESHET_TEST_VARIABLE") == "a=b");
  unsetenv("FRESHET_TEST_VARIABLE");
  CHECK(read_environment().count("FRESHET_TEST_VARIABLE") == 0);
}

TEST_CASE("what Kubernetes says about a service called freshet is told from mistakes") {
  CHECK(is_service_link("FRESHET_SERVICE_HOST", "10.0.0.1"));
  CHECK(is_service_link("FRESHET_OPS_SERVICE_PORT", "80"));
  CHECK(is_service_link("FRESHET_SERVICE_PORT_HTTP", "80"));
  CHECK(is_service_link("FRESHET_PORT", "tcp://10.0.0.1:80"));
  CHECK(is_service_link("FRESHET_PORT_80_TCP_ADDR", "10.0.0.1"));
  CHECK_FALSE(is_service_link("FRESHET_PORT", "8080"));
  CHECK_FALSE(is_service_link("FRESHET_OPS_PORT", "9080"));
  CHECK_FALSE(is_service_link("FRESHET_LISTNE", "127.0.0.1:80"));
}
