#include "uv/connector.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support.h"
#include "uv/dialer.h"

using namespace std::chrono_literals;
using freshet::base::Duration;
using freshet::base::Result;
using freshet::test::listen_raw;
using freshet::test::run_until;
using freshet::test::TempDir;
using freshet::uv::Address;
using freshet::uv::Connector;
using freshet::uv::Dialer;
using freshet::uv::Fd;
using freshet::uv::Loop;
using freshet::uv::SocketAddress;

namespace {

Address bound(const Fd& listening) { return SocketAddress::local_of(listening.get()).address(); }

/// An address that nobody listens on.
Address deserted(const std::string& ip = "127.0.0.1") { return bound(listen_raw(Address::tcp(ip, 0), 1)); }

/// Listens, but has no more room in its backlog.
struct FullServer {
  explicit FullServer(const Address& address) : listening(listen_raw(address, 0)), at(bound(listening)) {
    const auto name = SocketAddress::from(at);
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back(::socket(name->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      static_cast<void>(::connect(clients.back().get(), name->raw(), name->length));
    }
  }

  Fd listening;
  Address at;
  std::vector<Fd> clients;
};

struct Fixture {
  Loop loop;
  std::optional<Result<Fd>> result;

  Connector::Callback keep() {
    return [this](Result<Fd> got) {
      CHECK_FALSE(result);
      result = std::move(got);
    };
  }
  void connect(const Address& address, Duration deadline = 10s) {
    const Connector connector(loop, address, deadline, keep());
    CHECK_FALSE(result);
    REQUIRE(run_until(loop, [&] { return result.has_value(); }));
  }
  std::string failure(const Address& address, Duration deadline = 10s) {
    connect(address, deadline);
    REQUIRE_FALSE(*result);
    return result->error().message;
  }
  void dial(const std::string& place, const std::vector<Address>& addresses, Duration deadline) {
    std::vector<SocketAddress> candidates;
    candidates.reserve(addresses.size());
    for (const Address& address : addresses) candidates.push_back(*SocketAddress::from(address));
    Dialer dialer(loop, place, candidates, loop.now(), deadline, keep());
    dialer.start();
    REQUIRE(run_until(loop, [&] { return result.has_value(); }));
  }
};

}  // namespace

TEST_CASE("A connection is made to an address, a name or a unix socket") {
  Fixture f;
  const TempDir dir;
  const std::vector<Address> addresses{Address::tcp("127.0.0.1", 0), Address::tcp("::1", 0),
                                       Address::unix_socket(dir.file("socket"))};
  const auto address = addresses[GENERATE(0U, 1U, 2U)];
  const Fd listening = listen_raw(address, 5);
  f.connect(bound(listening));
  REQUIRE(*f.result);
  const Fd& client = **f.result;
  CHECK((::fcntl(client.get(), F_GETFL) & O_NONBLOCK) != 0);
  CHECK((::fcntl(client.get(), F_GETFD) & FD_CLOEXEC) != 0);
  const Fd server(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
  freshet::test::send_raw(client, "hello");
  CHECK(freshet::test::receive_raw(server) == "hello");
}

TEST_CASE("A name is looked up") {
  Fixture f;
  const Fd listening = listen_raw(Address::tcp("127.0.0.1", 0), 5);
  f.connect(Address::tcp("localhost", bound(listening).port));
  CHECK(*f.result);
}

TEST_CASE("A refused connection says who refused") {
  Fixture f;
  SECTION("TCP") {
    const Address address = deserted(GENERATE("127.0.0.1", "::1"));
    CHECK(f.failure(address) == "connect to " + address.text() + ": Connection refused");
  }
  SECTION("by name") {
    const auto port = deserted().port;
    const auto text = f.failure(Address::tcp("localhost", port));
    CHECK(text.starts_with("connect to localhost:" + std::to_string(port) + " ("));
    CHECK(text.ends_with("): Connection refused"));
  }
  SECTION("a missing unix socket") {
    CHECK(f.failure(Address::unix_socket("/nowhere/socket")) ==
          "connect to unix:/nowhere/socket: No such file or directory");
  }
}

TEST_CASE("An unknown name says that it is unknown") {
  Fixture f;
  // Too long for DNS, so that no network is needed to know.
  const std::string name = std::string(64, 'a') + ".example";
  CHECK(f.failure(Address::tcp(name, 6379)) == "resolve " + name + ": Name or service not known");
}

TEST_CASE("A server that does not answer is given up after the deadline") {
  Fixture f;
  const TempDir dir;
  const bool over_tcp = GENERATE(true, false);
  const FullServer server(over_tcp ? Address::tcp("127.0.0.1", 0) : Address::unix_socket(dir.file("socket")));
  CHECK(f.failure(server.at, 50ms) == "connect to " + server.at.text() + ": no answer within 50 ms");
}

TEST_CASE("Deadlines are told in seconds where they are whole") {
  CHECK(freshet::uv::no_answer_within(2s) == "no answer within 2 s");
  CHECK(freshet::uv::no_answer_within(1500ms) == "no answer within 1500 ms");
}

TEST_CASE("A unix socket with a full backlog is waited for") {
  Fixture f;
  const TempDir dir;
  const FullServer server(Address::unix_socket(dir.file("socket")));
  const Connector connector(f.loop, server.at, 10s, f.keep());
  const auto make_room =
      f.loop.after(30ms, [&] { Fd(::accept4(server.listening.get(), nullptr, nullptr, SOCK_CLOEXEC)).reset(); });
  REQUIRE(run_until(f.loop, [&] { return f.result.has_value(); }));
  CHECK(*f.result);
}

TEST_CASE("All addresses of a name are tried in turn") {
  Fixture f;
  const Fd listening = listen_raw(Address::tcp("127.0.0.1", 0), 5);
  const FullServer silent(Address::tcp("127.0.0.1", 0));
  SECTION("after one that refuses and one that is silent, which has only its share of the time") {
    f.dial("redis.example:1", {deserted("::1"), silent.at, bound(listening)}, 2s);
    CHECK(*f.result);
  }
  SECTION("and the last one's reason is told when none takes the connection") {
    f.dial("redis.example:1", {silent.at, deserted("::1")}, 1s);
    REQUIRE_FALSE(*f.result);
    CHECK(f.result->error().message == "connect to redis.example:1 (::1): Connection refused");
  }
}

TEST_CASE("The callback may destroy the connector") {
  Fixture f;
  const TempDir dir;
  const Fd listening = listen_raw(Address::tcp("127.0.0.1", 0), 5);
  const Fd unix_listening = listen_raw(Address::unix_socket(dir.file("socket")), 5);
  const FullServer silent(Address::tcp("127.0.0.1", 0));
  const std::vector<Address> addresses{bound(listening),
                                       bound(unix_listening),
                                       deserted(),
                                       silent.at,
                                       Address::tcp("localhost", 1),
                                       Address::unix_socket("/nowhere/socket"),
                                       Address::tcp(std::string(64, 'a') + ".example", 1)};
  const Address& address = addresses[GENERATE(range(0U, 7U))];
  std::unique_ptr<Connector> connector;
  int calls = 0;
  connector = std::make_unique<Connector>(f.loop, address, 50ms, [&, guard = std::make_shared<int>(0)](Result<Fd>) {
    connector.reset();
    ++calls;
    CHECK(*guard == 0);
  });
  f.loop.run();
  CHECK(calls == 1);
}

TEST_CASE("A connector that is destroyed does not call back") {
  Loop loop;
  const TempDir dir;
  const Fd listening = listen_raw(Address::tcp("127.0.0.1", 0), 5);
  const FullServer silent(Address::tcp("127.0.0.1", 0));
  const FullServer silent_unix(Address::unix_socket(dir.file("socket")));
  const std::vector<Address> addresses{bound(listening), silent.at, silent_unix.at, Address::tcp("localhost", 1),
                                       Address::tcp("freshet.invalid", 1)};
  const Address& address = addresses[GENERATE(range(0U, 5U))];
  auto connector = std::make_unique<Connector>(loop, address, 10s, [](Result<Fd>) { FAIL("destroyed"); });
  SECTION("at once") { connector.reset(); }
  SECTION("a turn later") {
    const auto later = loop.after({}, [&] { connector.reset(); });
    loop.run();
  }
}

TEST_CASE("Many lookups cancelled together leave nothing behind") {
  Loop loop;
  // More than libuv has threads, so that some have not begun.
  for (int i = 0; i < 20; ++i) {
    const Connector connector(loop, Address::tcp("localhost", 1), 10s, [](Result<Fd>) { FAIL("destroyed"); });
  }
}
