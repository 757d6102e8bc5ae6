#include "ctl/listeners.h"

#include <catch2/catch.hpp>

using namespace freshet;
using namespace freshet::ctl;

namespace {

/// A configuration file whose operations listener is this socket.
Settings on_socket(const std::string& path) {
  Settings settings;
  settings.file = "freshet.yaml";
  settings.config.ops.listen = {.host = {}, .port = 0, .unix_path = path};
  return settings;
}

const HttpFailure kRefused{"Connection refused", true};

}  // namespace

TEST_CASE("a pattern that nothing fits says how to start an instance, and not what a socket of that name would") {
  const auto listeners = find_listeners(on_socket("/nonexistent/{instance}.ops.sock"));
  REQUIRE(listeners.size() == 1);
  CHECK(listeners.front().name == "unix:/nonexistent/{instance}.ops.sock");
  CHECK(why_silent(listeners.front(), kRefused) ==
        "nothing fits this pattern: systemctl enable --now freshet@1 starts an instance");
}

TEST_CASE("the one socket of a configuration is no pattern") {
  const auto listeners = find_listeners(on_socket("/nonexistent/ops.sock"));
  REQUIRE(listeners.size() == 1);
  CHECK(why_silent(listeners.front(), kRefused) == "Connection refused");
}

TEST_CASE("an address that nobody has named says where it comes from") {
  Endpoint endpoint;
  endpoint.origin = "default: no file";
  CHECK(why_silent(endpoint, kRefused) == "Connection refused (default: no file)");
  Settings unreadable;
  unreadable.file = "/etc/freshet/other.yaml";
  unreadable.trouble.push_back({"Permission denied"});
  // Unless instances of this machine have their sockets in the usual place.
  if (!find_listeners({}).front().unix_socket.empty()) return;
  CHECK(why_silent(find_listeners({}).front(), kRefused) ==
        "Connection refused (default: no /etc/freshet/freshet.yaml)");
  CHECK(why_silent(find_listeners(unreadable).front(), kRefused) ==
        "Connection refused (default: /etc/freshet/other.yaml is not used)");
}

TEST_CASE("the path of a socket tells whose it is") {
  const auto settings = on_socket("/srv/{instance}/ops.sock");
  const auto instance_at = [&](const std::string& address) {
    return choose_listeners({address}, settings)->front().instance;
  };
  CHECK(instance_at("unix:/srv/web-1/ops.sock") == "web-1");
  CHECK(instance_at("unix:/run/freshet/2.ops.sock") == "2");
  CHECK(instance_at("unix:/srv//ops.sock").empty());
  CHECK(instance_at("unix:/srv/ops.sock").empty());
  CHECK(instance_at("unix:/tmp/2.ops.sock").empty());
  CHECK(instance_at("127.0.0.1:9081").empty());
}
