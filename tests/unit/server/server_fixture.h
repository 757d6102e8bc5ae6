#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "broker/hub.h"
#include "broker/memory_backplane.h"
#include "server/http_server.h"
#include "server/quotas.h"
#include "unit/uv/support.h"
#include "uv/turn_end.h"

namespace freshet::test {

/// Serves what the test says, by path. Unknown paths are answered 404.
class ScriptedRoutes final : public server::Routes {
 public:
  using Handler = std::function<server::Answer(const http::Request&)>;

  server::Answer handle(const http::Request& request, const uv::Peer& /*peer*/) override {
    requests.push_back(request);
    const auto found = paths.find(request.path);
    if (found == paths.end()) return http::Response{404, {}, "nothing"};
    return found->second(request);
  }
  [[nodiscard]] std::size_t max_body_bytes() const override { return 100; }
  [[nodiscard]] std::vector<http::Header> refusal_headers(const http::Request& request) const override {
    const auto* origin = request.header("Origin");
    return origin == nullptr ? std::vector<http::Header>() : std::vector<http::Header>{{"Allowed", *origin}};
  }

  std::map<std::string, Handler> paths;
  std::vector<http::Request> requests;
};

/// A server on a loopback port of the kernel's choice, with a hub on a memory backplane. `/hello` is answered at once,
/// `/echo` with the request's body, `/later` when the test calls the last of `replies`, `/stream` is the channel `a`.
struct ServerFixture {
  explicit ServerFixture(const std::function<void(server::Settings&)>& change = [](server::Settings&) {}) {
    change(settings);
    scripted.paths["/hello"] = [](const http::Request&) { return http::Response{200, {}, "hello"}; };
    scripted.paths["/echo"] = [](const http::Request& request) { return http::Response{200, {}, request.body}; };
    scripted.paths["/later"] = [this](const http::Request&) {
      return server::Later([this](server::Reply reply) { replies.push_back(std::move(reply)); });
    };
    scripted.paths["/stream"] = [this](const http::Request&) {
      return server::OpenStream{{{"Content-Type", "text/event-stream"}}, {"a"}, cursor, {}};
    };
    hub.start();
    bound = *server.listen(uv::Address::tcp("127.0.0.1", 0), {});
  }

  bool until(const std::function<bool()>& done) { return run_until(loop, done); }
  broker::Id publish(const std::string& data) {
    broker::Id id = 0;
    backplane.publish({.channel = "a", .data = data}, [&](const broker::PublishResult& result) { id = *result; });
    REQUIRE(until([&] { return id != 0; }));
    return id;
  }

  uv::Loop loop;
  server::Settings settings;
  server::Statistics statistics;
  server::Quotas quotas;
  broker::MemoryBackplane backplane{loop, {}, "life-1"};
  broker::Hub hub{loop, backplane, {}};
  ScriptedRoutes scripted;
  broker::Cursor cursor;
  std::vector<server::Reply> replies;
  server::BufferBudget budget{settings.buffer_total_bytes};
  server::HttpServer server{loop, hub, scripted, {settings, statistics, quotas, budget, {}}, 1};
  uv::TurnEnd turn_end{loop, [this] { server.end_turn(); }};
  uv::Address bound;
};

/// A client on the same loop, which keeps all that it gets.
class TestClient {
 public:
  explicit TestClient(ServerFixture& fixture) : fixture_(fixture), endpoint_(fixture.loop, connect_raw(fixture.bound)) {
    endpoint_.socket->read(true);
  }

  void send(std::string_view bytes) { REQUIRE(endpoint_.socket->write(bytes) == bytes.size()); }
  /// As much as the kernel takes now, which is told; none once the connection is broken.
  std::size_t send_some(std::string_view bytes) { return endpoint_.socket->write(bytes).value_or(0); }
  void get(const std::string& path, const std::string& headers = {}) {
    send("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n");
  }
  void half_close() { endpoint_.socket->shutdown_write(); }
  void pause_reading() { endpoint_.socket->read(false); }
  void go_on_reading() { endpoint_.socket->read(true); }
  void leave() { endpoint_.socket.reset(); }

  /// Waits for bytes that hold `text`.
  bool receives(const std::string& text) {
    return fixture_.until([&] { return received().find(text) != std::string::npos; });
  }
  /// Waits for the server's end of the connection, and says whether it came without an error.
  bool ends() {
    return fixture_.until([&] { return endpoint_.closed.has_value(); }) && endpoint_.closed->empty();
  }
  [[nodiscard]] bool open() const { return !endpoint_.closed; }
  [[nodiscard]] const std::string& received() const { return endpoint_.received; }
  [[nodiscard]] std::size_t count(const std::string& text) const {
    std::size_t times = 0;
    for (auto at = received().find(text); at != std::string::npos; at = received().find(text, at + 1)) ++times;
    return times;
  }
  void forget() { endpoint_.received.clear(); }

 private:
  ServerFixture& fixture_;
  Endpoint endpoint_;
};

}  // namespace freshet::test
