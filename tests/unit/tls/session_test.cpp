#include "tls/session.h"

#include <catch2/catch.hpp>

#include "tls/context.h"
#include "unit/config/temp_dir.h"
#include "unit/tls/tls_server.h"

using namespace freshet;
using Catch::Contains;
using test::put;
using test::TlsServer;

namespace {

/// A client's session and a server, each with its end of the wire in memory.
struct Fixture {
  test::TempDir dir;
  test::Authority authority;
  test::Identity identity = authority.issue("DNS:redis.test,IP:127.0.0.1,IP:::1");
  TlsServer::Options of_server;
  tls::Context::Options of_client;
  std::string host = "redis.test";
  std::size_t most_at_once = 1U << 20U;  ///< bytes that the wire carries in one piece

  std::optional<tls::Context> context;
  std::optional<tls::Session> client;
  std::optional<TlsServer> server;
  std::string received;
  std::string error;

  Fixture() { of_client.ca_file = put(file("ca"), authority.certificate()); }

  [[nodiscard]] std::string file(const std::string& name) const { return dir.path() + "/" + name; }
  void be(const test::Identity& somebody) {
    of_client.cert_file = put(file("cert"), somebody.certificate);
    of_client.key_file = put(file("key"), somebody.key);
  }

  void read_all() {
    std::array<char, 1000> buffer{};
    while (error.empty()) {
      const auto taken = client->read(buffer);
      if (!taken) error = taken.error().message;
      if (!taken || *taken == 0) return;
      received.append(buffer.data(), *taken);
    }
  }
  void carry_to_client(std::string_view bytes) {
    while (!bytes.empty()) {
      client->feed(bytes.substr(0, most_at_once));
      bytes.remove_prefix(std::min(most_at_once, bytes.size()));
      read_all();
    }
  }
  void carry_to_server() {
    while (!client->output().empty()) {
      const auto piece = client->output().substr(0, most_at_once);
      server->feed(piece);
      client->sent(piece.size());
    }
  }
  /// Until nothing is on its way any more.
  void carry() {
    while (true) {
      carry_to_server();
      const auto bytes = server->take_output();
      if (bytes.empty()) return;
      carry_to_client(bytes);
    }
  }
  void connect() {
    auto loaded = tls::Context::load(of_client);
    REQUIRE(loaded);
    context = std::move(*loaded);
    server.emplace(identity, of_server);
    client.emplace(*context, host);
    carry();
  }
  std::string failure() {
    connect();
    return error;
  }
  void say(std::string_view plaintext) {
    while (!plaintext.empty()) {
      const auto taken = client->write(plaintext);
      REQUIRE(taken);
      plaintext.remove_prefix(*taken);
      carry();
    }
  }
};

std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 251);
  return text;
}

}  // namespace

TEST_CASE_METHOD(Fixture, "Client and server talk, whatever the version and however the bytes are cut") {
  of_server.newest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  most_at_once = GENERATE(std::size_t{1}, std::size_t{7}, std::size_t{1} << 20U);
  connect();
  REQUIRE(error.empty());
  CHECK(client->is_open());
  CHECK(server->is_open());
  CHECK(server->asked_for == "redis.test");
  const auto question = pattern(50'000);
  const auto answer = pattern(70'001);
  say(question);
  CHECK(server->received == question);
  server->say(answer);
  carry();
  CHECK(received == answer);
}

TEST_CASE_METHOD(Fixture, "The handshake stands every cut of the server's answer") {
  connect();
  const auto bytes_of_handshake = [&] {
    client.emplace(*context, host);
    server.emplace(identity, of_server);
    carry_to_server();
    return server->take_output();
  };
  const auto size = bytes_of_handshake().size();
  for (std::size_t cut = 1; cut < size; ++cut) {
    const auto bytes = bytes_of_handshake();
    carry_to_client(bytes.substr(0, cut));
    CHECK(error.empty());
    carry_to_client(bytes.substr(std::min(cut, bytes.size())));
    REQUIRE(client->is_open());
  }
}

TEST_CASE_METHOD(Fixture, "Nothing is written before the handshake is done") {
  connect();
  tls::Session fresh(*context, host);
  CHECK_FALSE(fresh.is_open());
  CHECK_FALSE(fresh.output().empty());
  CHECK(fresh.write("too early").value() == 0);
}

TEST_CASE_METHOD(Fixture, "What waits to be sent is bounded") {
  connect();
  const auto much = pattern(1U << 20U);
  std::size_t taken = 0;
  for (auto size = client->write(much).value(); size > 0; size = client->write(much).value()) taken += size;
  CHECK(taken <= tls::Session::kMaxOutputBytes);
  CHECK(taken > tls::Session::kMaxOutputBytes / 2);
  CHECK(client->output().size() < tls::Session::kMaxOutputBytes * 5 / 4);
  carry();
  CHECK(server->received == much.substr(0, taken));
  CHECK(client->write(much).value() > 0);
}

TEST_CASE_METHOD(Fixture, "A server's certificate must be of a known authority") {
  of_client.ca_file = put(file("other"), test::Authority("Another").certificate());
  CHECK_THAT(failure(), Contains("certificate verify failed: unable to get local issuer certificate"));
  CHECK_FALSE(client->is_open());
  CHECK_FALSE(server->is_open());
}

TEST_CASE_METHOD(Fixture, "An authority of the same name is not the same authority") {
  of_client.ca_file = put(file("other"), test::Authority().certificate());
  CHECK_THAT(failure(), Contains("certificate verify failed"));
}

TEST_CASE_METHOD(Fixture, "Without a file the system's authorities are believed, and no others") {
  of_client.ca_file = "";
  CHECK_THAT(failure(), Contains("certificate verify failed"));
}

TEST_CASE_METHOD(Fixture, "A server's certificate must not have expired") {
  identity = authority.issue("DNS:redis.test", -60);
  CHECK(failure() == "certificate verify failed: certificate has expired");
}

TEST_CASE_METHOD(Fixture, "A server's certificate must be for the host that was connected to") {
  host = "other.test";
  CHECK(failure() == "certificate verify failed: hostname mismatch: it is not for other.test");
}

TEST_CASE_METHOD(Fixture, "An address is looked for among the certificate's addresses, and not sent as a name") {
  host = GENERATE(as<std::string>(), "127.0.0.1", "::1");
  CHECK(failure().empty());
  CHECK(server->asked_for.empty());
}

TEST_CASE_METHOD(Fixture, "An address that the certificate does not name is refused") {
  host = "127.0.0.2";
  CHECK(failure() == "certificate verify failed: IP address mismatch: it is not for 127.0.0.2");
}

TEST_CASE_METHOD(Fixture, "A name that looks like the address is not the address") {
  identity = authority.issue("DNS:127.0.0.1");
  host = "127.0.0.1";
  CHECK_THAT(failure(), Contains("IP address mismatch"));
}

TEST_CASE_METHOD(Fixture, "A server name takes the place of the host") {
  host = "10.0.0.1";
  of_client.server_name = "redis.test";
  CHECK(failure().empty());
  CHECK(server->asked_for == "redis.test");
  of_client.server_name = "other.test";
  CHECK(failure() == "certificate verify failed: hostname mismatch: it is not for other.test");
}

TEST_CASE_METHOD(Fixture, "A name may end with a dot") {
  host = "redis.test.";
  CHECK(failure().empty());
  CHECK(server->asked_for == "redis.test");
}

TEST_CASE_METHOD(Fixture, "A wildcard stands for one whole label") {
  identity = authority.issue("DNS:*.redis.test");
  host = "one.redis.test";
  CHECK(failure().empty());
  host = "a.b.redis.test";
  CHECK_THAT(failure(), Contains("hostname mismatch"));
  identity = authority.issue("DNS:on*.redis.test");
  host = "one.redis.test";
  CHECK_THAT(failure(), Contains("hostname mismatch"));
}

TEST_CASE_METHOD(Fixture, "Without a name there is nothing to verify, which is an error") {
  host = "";
  connect();
  CHECK(client->read({}).error().message == "there is no name that the server's certificate could be checked against");
  CHECK(client->output().empty());
}

TEST_CASE_METHOD(Fixture, "With verification off any certificate will do, and a missing name") {
  of_client.verify = false;
  identity = test::Authority("Another").issue("DNS:other.test", -60);
  host = GENERATE(as<std::string>(), "redis.test", "");
  CHECK(failure().empty());
  CHECK(client->is_open());
  CHECK(server->asked_for == host);
}

TEST_CASE_METHOD(Fixture, "A client shows its certificate") {
  of_server.client_authority = authority.certificate();
  of_server.newest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  be(authority.issue("DNS:client"));
  CHECK(failure().empty());
  CHECK(server->is_open());
}

TEST_CASE_METHOD(Fixture, "What the server does not like about the client's certificate is said") {
  of_server.client_authority = authority.certificate();
  SECTION("there is none") { CHECK(failure() == "the server refused: certificate required"); }
  SECTION("it has expired") {
    be(authority.issue("DNS:client", -60));
    CHECK(failure() == "the server refused: certificate expired");
  }
  SECTION("it is of somebody else's authority") {
    be(test::Authority("Another").issue("DNS:client"));
    CHECK(failure() == "the server refused: unknown ca");
  }
}

TEST_CASE_METHOD(Fixture, "Versions before TLS 1.2 are not spoken") {
  of_server.newest = TLS1_1_VERSION;
  CHECK(failure() == "the server refused: protocol version");
}

TEST_CASE_METHOD(Fixture, "A server that does not speak TLS is recognized") {
  connect();
  tls::Session fresh(*context, host);
  fresh.feed("-ERR unknown command\r\n");
  std::array<char, 10> buffer{};
  CHECK_THAT(fresh.read(buffer).error().message, Contains("the server does not speak TLS"));
  CHECK_THAT(fresh.read(buffer).error().message, Contains("the server does not speak TLS"));
  CHECK_THAT(fresh.write("x").error().message, Contains("the server does not speak TLS"));
}

TEST_CASE_METHOD(Fixture, "Bytes that were tampered with end the session") {
  connect();
  server->say("balance: 100");
  auto bytes = server->take_output();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  carry_to_client(bytes);
  CHECK(received.empty());
  CHECK_THAT(error, Contains("bad record mac"));
}

TEST_CASE_METHOD(Fixture, "A server that ends the session is told from one that was cut off") {
  of_server.newest = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  connect();
  server->say("bye");
  CHECK_FALSE(client->ended());
  server->end();
  carry();
  CHECK(error.empty());
  CHECK(received == "bye");
  CHECK(client->ended());
}

TEST_CASE_METHOD(Fixture, "The client ends its session in form") {
  connect();
  client->end();
  carry();
  CHECK(server->ended);
  CHECK(server->received.empty());
}

TEST_CASE_METHOD(Fixture, "A session goes on over a change of keys") {
  of_server.newest = TLS1_3_VERSION;
  connect();
  server->ask_for_key_update();
  server->say("after it");
  carry();
  CHECK(received == "after it");
  say("and back");
  CHECK(server->received == "and back");
}

TEST_CASE_METHOD(Fixture, "A context that is replaced leaves standing sessions alone and counts for new ones") {
  connect();
  of_client.ca_file = put(file("other"), test::Authority("Another").certificate());
  *context = std::move(*tls::Context::load(of_client));
  say("still here");
  CHECK(server->received == "still here");
  server.emplace(identity, of_server);
  client.emplace(*context, host);
  carry();
  CHECK_THAT(error, Contains("certificate verify failed"));
}
