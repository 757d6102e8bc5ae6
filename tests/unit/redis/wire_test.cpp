#include "redis/wire.h"

#include <functional>

#include "tls/context.h"
#include "unit/tls/tls_server.h"
#include "unit/uv/support.h"

using namespace freshet;
using Catch::Contains;
using test::put;
using test::run_until;

namespace {

/// Writes down what happens to a wire, and then does what the test says.
struct Client final : redis::Wire::Handler {
  void on_open() override {
    ++opened;
    if (at_open) at_open();
  }
  void on_data(std::string_view bytes) override {
    CHECK_FALSE(over());
    received += bytes;
    if (at_data) at_data();
  }
  void on_closed(std::string_view why) override {
    CHECK_FALSE(over());
    closed = std::string(why);
    if (at_end) at_end();
  }
  void on_tls_failure(std::string_view why) override {
    CHECK_FALSE(over());
    failure = std::string(why);
    if (at_end) at_end();
  }
  void on_writable() override { go_on(); }

  /// Writes `queued` as far as the wire takes it, as a connection does.
  void go_on() {
    const auto taken = wire->write(queued);
    REQUIRE(taken);
    queued.erase(0, *taken);
    wire->watch_writable(!queued.empty());
  }
  void say(const std::string& bytes) {
    queued += bytes;
    go_on();
  }
  [[nodiscard]] bool over() const { return closed || failure; }

  std::unique_ptr<redis::Wire> wire;
  int opened = 0;
  std::string queued;
  std::string received;
  std::optional<std::string> closed;
  std::optional<std::string> failure;
  std::function<void()> at_open;
  std::function<void()> at_data;
  std::function<void()> at_end;
};

/// The other end of a wire: a socket with TLS on it, or without.
struct Server {
  Server(uv::Loop& loop, uv::Fd fd) : socket(loop, std::move(fd)) {
    socket.at_data = [this] { pass_on(); };
    socket.at_writable = [this] { send(); };
    socket.socket->read(true);
  }

  void pass_on() {
    if (!tls) return;
    tls->feed(socket.received);
    socket.received.clear();
    send();
  }
  void say(const std::string& bytes) {
    if (tls) {
      tls->say(bytes);
    } else {
      waiting += bytes;
    }
    send();
  }
  void send() {
    if (tls) waiting += tls->take_output();
    waiting.erase(0, socket.socket->write(waiting).value_or(0));
    socket.socket->watch_writable(!waiting.empty());
  }
  [[nodiscard]] const std::string& received() const { return tls ? tls->received : socket.received; }

  test::Endpoint socket;
  std::string waiting;
  std::optional<test::TlsServer> tls;
};

struct Fixture {
  Fixture() {
    auto [one, other] = test::tcp_pair();
    server.emplace(loop, std::move(other));
    end = std::move(one);
    options.ca_file = put(dir.file("ca"), authority.certificate());
  }

  void connect_plain() { client.wire = std::make_unique<redis::Wire>(loop, std::move(end), nullptr, "", client); }
  void begin_tls() {
    server->tls.emplace(identity);
    context = std::move(*tls::Context::load(options));
    client.wire = std::make_unique<redis::Wire>(loop, std::move(end), &*context, "redis.test", client);
  }
  void connect_tls() {
    begin_tls();
    REQUIRE(run_until(loop, [&] { return client.opened == 1 && server->tls->is_open(); }));
  }
  void connect(bool secure) { return secure ? connect_tls() : connect_plain(); }

  test::TempDir dir;
  test::Authority authority;
  test::Identity identity = authority.issue("DNS:redis.test");
  tls::Context::Options options;
  std::optional<tls::Context> context;
  uv::Loop loop;
  std::optional<Server> server;
  uv::Fd end;
  Client client;
};

std::string much() {
  std::string text(std::size_t{12} << 20U, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 7 + i / 251);
  return text;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "A plain wire is open from the beginning, one with TLS after the handshake") {
  SECTION("plain") {
    connect_plain();
    CHECK(client.wire->is_open());
    test::run_a_while(loop);
    CHECK(client.opened == 0);
  }
  SECTION("TLS") {
    begin_tls();
    CHECK_FALSE(client.wire->is_open());
    REQUIRE(run_until(loop, [&] { return client.opened == 1; }));
    CHECK(client.wire->is_open());
  }
}

TEST_CASE_METHOD(Fixture, "More than the kernel takes goes both ways") {
  connect(GENERATE(false, true));
  const auto text = much();
  client.say(text);
  CHECK_FALSE(client.queued.empty());
  server->say(text);
  REQUIRE(run_until(loop,
                    [&] { return server->received().size() >= text.size() && client.received.size() >= text.size(); }));
  CHECK(client.received == text);
  CHECK(server->received() == text);
  CHECK(client.queued.empty());
}

TEST_CASE_METHOD(Fixture, "What is to be written waits for the handshake, without keeping the loop busy") {
  context = std::move(*tls::Context::load(options));
  client.wire = std::make_unique<redis::Wire>(loop, std::move(end), &*context, "redis.test", client);
  client.say("early");
  CHECK(client.queued == "early");
  REQUIRE(run_until(loop, [&] { return !server->socket.received.empty(); }));
  int turns = 0;
  {
    const uv::TurnEnd count(loop, [&] { ++turns; });
    test::run_a_while(loop);
  }
  CHECK(turns < 10);
  server->tls.emplace(identity);
  server->pass_on();
  REQUIRE(run_until(loop, [&] { return server->received() == "early"; }));
}

TEST_CASE_METHOD(Fixture, "A server that does not read holds up the writer and keeps memory bounded") {
  connect_tls();
  server->socket.socket->read(false);
  const auto text = much();
  client.say(text);
  const auto left = client.queued.size();
  CHECK(left > 0);
  test::run_a_while(loop);
  CHECK(client.queued.size() + (std::size_t{1} << 20U) > left);
  server->socket.socket->read(true);
  REQUIRE(run_until(loop, [&] { return server->received().size() == text.size(); }));
  CHECK(server->received() == text);
}

TEST_CASE_METHOD(Fixture, "A wrong certificate is a failure of TLS, and the server is told") {
  options.server_name = "other.test";
  begin_tls();
  REQUIRE(run_until(loop, [&] { return client.over(); }));
  CHECK(client.failure == "certificate verify failed: hostname mismatch: it is not for other.test");
  CHECK(client.opened == 0);
  REQUIRE(run_until(loop, [&] { return server->socket.data_calls > 1; }));
  CHECK_FALSE(server->tls->is_open());
}

TEST_CASE_METHOD(Fixture, "A handshake that cannot begin is a failure of TLS, and not waited for") {
  options.server_name = std::string(300, 'x');
  begin_tls();
  CHECK_FALSE(client.over());
  REQUIRE(run_until(loop, [&] { return client.over(); }));
  CHECK(client.failure == "there is no name that the server's certificate could be checked against");
  CHECK(client.opened == 0);
}

TEST_CASE_METHOD(Fixture, "The handler may destroy the wire wherever it is called from TLS") {
  client.at_open = client.at_data = client.at_end = [] {};
  SECTION("when it opens") {
    client.at_open = [this] { client.wire.reset(); };
    begin_tls();
    REQUIRE(run_until(loop, [&] { return client.opened == 1; }));
  }
  SECTION("when data come") {
    client.at_data = [this] { client.wire.reset(); };
    connect_tls();
    server->say(std::string(100'000, 'x'));
    REQUIRE(run_until(loop, [&] { return client.wire == nullptr; }));
    CHECK(client.received.size() <= 16'384);
  }
  SECTION("when the server ends it") {
    client.at_end = [this] { client.wire.reset(); };
    connect_tls();
    server->tls->end();
    server->send();
    REQUIRE(run_until(loop, [&] { return client.wire == nullptr; }));
    CHECK(client.closed == "");
  }
  SECTION("when TLS fails") {
    client.at_end = [this] { client.wire.reset(); };
    options.server_name = GENERATE(as<std::string>(), "other.test", std::string(300, 'x'));
    begin_tls();
    REQUIRE(run_until(loop, [&] { return client.wire == nullptr; }));
  }
  test::run_a_while(loop);
}

TEST_CASE_METHOD(Fixture, "How the other side went is told") {
  SECTION("plain") {
    connect_plain();
    server.reset();
    REQUIRE(run_until(loop, [&] { return client.over(); }));
    CHECK(client.closed == "");
  }
  SECTION("TLS was ended in form, after the last data") {
    connect_tls();
    server->tls->say("bye");
    server->tls->end();
    server->send();
    server.reset();
    REQUIRE(run_until(loop, [&] { return client.over(); }));
    CHECK(client.received == "bye");
    CHECK(client.closed == "");
    test::run_a_while(loop);
  }
  SECTION("TLS was cut off") {
    connect_tls();
    server.reset();
    REQUIRE(run_until(loop, [&] { return client.over(); }));
    CHECK(client.closed == "the server hung up without ending TLS");
  }
  SECTION("the handshake was cut off") {
    context = std::move(*tls::Context::load(options));
    client.wire = std::make_unique<redis::Wire>(loop, std::move(end), &*context, "redis.test", client);
    REQUIRE(run_until(loop, [&] { return !server->socket.received.empty(); }));
    server.reset();
    REQUIRE(run_until(loop, [&] { return client.over(); }));
    CHECK(client.closed == "the server hung up during the TLS handshake");
  }
}

TEST_CASE_METHOD(Fixture, "A wire that is destroyed ends TLS in form") {
  connect_tls();
  client.say("last words");
  client.wire.reset();
  REQUIRE(run_until(loop, [&] { return server->socket.closed.has_value(); }));
  CHECK(server->received() == "last words");
  CHECK(server->tls->ended);
}
