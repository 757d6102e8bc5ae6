#include "uv/listener.h"

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <memory>
#include <netinet/tcp.h>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <vector>

#include "support.h"

using namespace std::chrono_literals;
using freshet::test::connect_raw;
using freshet::test::run_until;
using freshet::test::TempDir;
using freshet::uv::Address;
using freshet::uv::Fd;
using freshet::uv::Listener;
using freshet::uv::Loop;
using freshet::uv::Peer;
using freshet::uv::TurnEnd;

namespace {

const Address kAnyLoopback = Address::tcp("127.0.0.1", 0);

struct Accepted {
  Fd fd;
  Peer peer;
};

struct Fixture {
  Loop loop;
  std::vector<Accepted> accepted;

  Listener::Handler collect() {
    return [this](Fd fd, Peer peer) { accepted.push_back({std::move(fd), std::move(peer)}); };
  }
  std::unique_ptr<Listener> listen(const Address& address, Listener::Options options = {}) {
    auto listener = Listener::open(loop, address, std::move(options), collect());
    if (!listener) FAIL(listener.error().message);
    return std::move(*listener);
  }
  std::string refusal(const Address& address) {
    const auto listener = Listener::open(loop, address, {}, collect());
    REQUIRE_FALSE(listener);
    return listener.error().message;
  }
};

bool exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

/// Turns the loop until `done` while no descriptor can be opened in addition to those that there are.
bool run_without_descriptors(Loop& loop, const std::function<bool()>& done) {
  {
    // UBSan opens a pipe when it meets a type with virtual functions for the first time: let it meet timers now.
    Loop warm_up;
    freshet::test::run_a_while(warm_up);
  }
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit none_left = before;
  // The lowest free number is the first one that is out of bounds: all below it are taken.
  none_left.rlim_cur = static_cast<rlim_t>(Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)).get());
  const bool limited = ::setrlimit(RLIMIT_NOFILE, &none_left) == 0;
  const bool reached = limited && run_until(loop, done);
  ::setrlimit(RLIMIT_NOFILE, &before);
  return reached;
}

}  // namespace

TEST_CASE("Connections are accepted with the peer's address, non-blocking and close-on-exec") {
  Fixture f;
  const std::string ip = GENERATE("127.0.0.1", "::1");
  const auto listener = f.listen(Address::tcp(ip, 0));
  CHECK(listener->bound().port != 0);
  CHECK(listener->bound().host == ip);
  const Fd client = connect_raw(listener->bound());
  REQUIRE(run_until(f.loop, [&] { return f.accepted.size() == 1; }));
  const auto& [fd, peer] = f.accepted.front();
  CHECK(peer == Peer{false, ip});
  CHECK((::fcntl(fd.get(), F_GETFL) & O_NONBLOCK) != 0);
  CHECK((::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("A unix socket is accessible for owner and group, and gone when its listener is") {
  Fixture f;
  const TempDir dir;
  const std::string path = dir.file("socket");
  auto listener = f.listen(Address::unix_socket(path));
  CHECK(listener->bound() == Address::unix_socket(path));
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0660);

  const Fd client = connect_raw(listener->bound());
  REQUIRE(run_until(f.loop, [&] { return f.accepted.size() == 1; }));
  CHECK(f.accepted.front().peer == Peer{true, ""});
  listener.reset();
  CHECK_FALSE(exists(path));
}

TEST_CASE("A stale unix socket is replaced") {
  Fixture f;
  const TempDir dir;
  const Address address = Address::unix_socket(dir.file("socket"));
  freshet::test::listen_raw(address, 1).reset();
  REQUIRE(exists(address.path));
  const auto listener = f.listen(address);
  const Fd client = connect_raw(address);
  CHECK(run_until(f.loop, [&] { return f.accepted.size() == 1; }));
}

TEST_CASE("A unix socket that a live server listens on is left alone") {
  Fixture f;
  const TempDir dir;
  const Address address = Address::unix_socket(dir.file("socket"));
  const auto first = f.listen(address);
  CHECK(f.refusal(address) == "listen on " + address.text() + ": another server is listening there");
  const Fd client = connect_raw(address);
  CHECK(run_until(f.loop, [&] { return !f.accepted.empty(); }));
}

TEST_CASE("A unix socket whose server is too busy to answer is live too") {
  Fixture f;
  const TempDir dir;
  const Address address = Address::unix_socket(dir.file("socket"));
  const Fd busy = freshet::test::listen_raw(address, 0);
  const Fd in_line = connect_raw(address);
  CHECK(f.refusal(address) == "listen on " + address.text() + ": another server is listening there");
}

TEST_CASE("A file that is no socket is not removed") {
  Fixture f;
  const TempDir dir;
  const Address address = Address::unix_socket(dir.file("notes"));
  std::ofstream(address.path) << "precious";
  CHECK(f.refusal(address) == "listen on " + address.text() + ": a file that is no socket is in the way");
  CHECK(exists(address.path));
}

TEST_CASE("A listener does not remove the socket of the one that took its place") {
  Fixture f;
  const TempDir dir;
  const Address address = Address::unix_socket(dir.file("socket"));
  auto first = f.listen(address);
  // While the first lives, its inode cannot be given to the second.
  std::filesystem::rename(address.path, dir.file("moved"));
  const auto second = f.listen(address);
  first.reset();
  CHECK(exists(address.path));
}

TEST_CASE("Failing to listen names the address and the reason") {
  Fixture f;
  const auto first = f.listen(kAnyLoopback);
  CHECK(f.refusal(first->bound()) == "listen on " + first->bound().text() + ": Address already in use");
  CHECK(f.refusal(Address::tcp("192.0.2.1", 80)) == "listen on 192.0.2.1:80: Cannot assign requested address");
  CHECK(f.refusal(Address::tcp("localhost", 80)) == "listen on localhost:80: not an IP address");
  CHECK(f.refusal(Address::unix_socket("/nowhere/at/all")) ==
        "listen on unix:/nowhere/at/all: No such file or directory");
}

TEST_CASE("Several listeners share a port when asked to") {
  Fixture f;
  Listener::Options options;
  options.reuse_port = true;
  const auto first = f.listen(kAnyLoopback, options);
  const auto second = f.listen(first->bound(), options);
  CHECK(first->bound() == second->bound());
}

TEST_CASE("An IPv6 listener leaves the IPv4 port to others") {
  Fixture f;
  // By chance the port may be somebody else's for IPv4, hence several tries; a dual-stack listener would fail in all.
  std::vector<std::unique_ptr<Listener>> v6;
  bool shared = false;
  for (int i = 0; i < 10 && !shared; ++i) {
    v6.push_back(f.listen(Address::tcp("::", 0)));
    const auto v4 = Listener::open(f.loop, Address::tcp("0.0.0.0", v6.back()->bound().port), {}, f.collect());
    shared = v4.has_value();
  }
  CHECK(shared);
}

TEST_CASE("A socket that is listening already is adopted, and its file left alone") {
  Fixture f;
  const TempDir dir;
  const Address address = Address::unix_socket(dir.file("socket"));
  auto listener = Listener::adopt(f.loop, freshet::test::listen_raw(address, 5), {}, f.collect());
  REQUIRE(listener);
  CHECK((*listener)->bound() == address);
  const Fd client = connect_raw(address);
  CHECK(run_until(f.loop, [&] { return f.accepted.size() == 1; }));
  listener->reset();
  CHECK(exists(address.path));
}

TEST_CASE("An adopted socket keeps the backlog that it was given") {
  Fixture f;
  Fd socket = freshet::test::listen_raw(kAnyLoopback, 5);
  const Fd same(::dup(socket.get()));
  const auto listener = Listener::adopt(f.loop, std::move(socket), {}, f.collect());
  REQUIRE(listener);
  tcp_info info{};
  socklen_t length = sizeof(info);
  REQUIRE(::getsockopt(same.get(), IPPROTO_TCP, TCP_INFO, &info, &length) == 0);
  // Of a socket that listens, the kernel tells it there.
  CHECK(info.tcpi_sacked == 5);
}

TEST_CASE("An adopted dual-stack socket tells IPv4 peers by their IPv4 address") {
  Fixture f;
  Fd socket = freshet::test::listen_raw(Address::tcp("::", 0), 5);
  const auto port = freshet::uv::SocketAddress::local_of(socket.get()).address().port;
  const auto listener = Listener::adopt(f.loop, std::move(socket), {}, f.collect());
  REQUIRE(listener);
  const Fd client = connect_raw(Address::tcp("127.0.0.1", port));
  REQUIRE(run_until(f.loop, [&] { return f.accepted.size() == 1; }));
  CHECK(f.accepted.front().peer == Peer{false, "127.0.0.1"});
}

TEST_CASE("A descriptor that does not listen is not adopted") {
  Fixture f;
  Fd not_listening(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int number = not_listening.get();
  const auto listener = Listener::adopt(f.loop, std::move(not_listening), {}, f.collect());
  REQUIRE_FALSE(listener);
  CHECK(listener.error().message ==
        "listen on descriptor " + std::to_string(number) + ": not a stream socket that is listening");
}

TEST_CASE("More connections than a batch come over several turns") {
  Fixture f;
  Listener::Options options;
  options.batch = 2;
  const auto listener = f.listen(kAnyLoopback, options);
  std::vector<Fd> clients;
  clients.reserve(5);
  for (int i = 0; i < 5; ++i) clients.push_back(connect_raw(listener->bound()));
  std::size_t most_per_turn = 0;
  std::size_t before = 0;
  const TurnEnd count(f.loop, [&] {
    most_per_turn = std::max(most_per_turn, f.accepted.size() - before);
    before = f.accepted.size();
  });
  CHECK(run_until(f.loop, [&] { return f.accepted.size() == 5; }));
  CHECK(most_per_turn == 2);
}

TEST_CASE("A closed listener accepts no more, and lets the loop end") {
  Fixture f;
  const auto listener = f.listen(kAnyLoopback);
  const Address address = listener->bound();
  const Fd client = connect_raw(address);
  listener->close();
  CHECK_FALSE(listener->is_open());
  f.loop.run();
  CHECK(f.accepted.empty());
}

TEST_CASE("A listener may be closed or destroyed while it hands on a connection") {
  Loop loop;
  const bool destroy = GENERATE(true, false);
  int accepted = 0;
  std::unique_ptr<Listener> listener;
  const auto handler = [&, guard = std::make_shared<int>(0)](const Fd&, const Peer&) {
    destroy ? listener.reset() : listener->close();
    ++accepted;
    CHECK(*guard == 0);
  };
  listener = std::move(*Listener::open(loop, kAnyLoopback, {}, handler));
  const Fd first = connect_raw(listener->bound());
  const Fd second = connect_raw(listener->bound());
  loop.run();
  CHECK(accepted == 1);
}

TEST_CASE("Out of descriptors, one connection is shed, the rest waits without spinning") {
  Fixture f;
  int exhausted = 0;
  Listener::Options options;
  options.on_exhausted = [&] { ++exhausted; };
  const auto listener = f.listen(kAnyLoopback, options);
  const Fd first = connect_raw(listener->bound());
  const Fd second = connect_raw(listener->bound());
  int turns = 0;
  const TurnEnd count(f.loop, [&] { ++turns; });
  REQUIRE(run_without_descriptors(f.loop, [&] { return exhausted == 1; }));
  CHECK(freshet::test::receive_raw(first).empty());
  turns = 0;
  REQUIRE(run_until(f.loop, [&] { return f.accepted.size() == 1; }));
  CHECK(exhausted == 1);
  // The end of a turn is called twice in each; one turn is the pause's end.
  CHECK(turns < 10);
  freshet::test::send_raw(second, "served");
  CHECK(freshet::test::receive_raw(f.accepted.front().fd) == "served");
}

TEST_CASE("Out of descriptors for long, one connection is shed every 100 ms") {
  Fixture f;
  std::vector<freshet::base::Instant> exhausted;
  Listener::Options options;
  options.on_exhausted = [&] { exhausted.push_back(f.loop.now()); };
  const auto listener = f.listen(kAnyLoopback, options);
  std::vector<Fd> clients;
  clients.reserve(3);
  for (int i = 0; i < 3; ++i) clients.push_back(connect_raw(listener->bound()));
  REQUIRE(run_without_descriptors(f.loop, [&] { return exhausted.size() == 3; }));
  for (const Fd& client : clients) CHECK(freshet::test::receive_raw(client).empty());
  CHECK(f.accepted.empty());
  CHECK(exhausted[1] - exhausted[0] >= 100ms);
  CHECK(exhausted[2] - exhausted[1] >= 100ms);
}

TEST_CASE("A listener may be destroyed when it reports that descriptors ran out, and during the pause") {
  Fixture f;
  const bool at_once = GENERATE(true, false);
  int exhausted = 0;
  std::unique_ptr<Listener> listener;
  Listener::Options options;
  options.on_exhausted = [&, guard = std::make_shared<int>(0)] {
    ++exhausted;
    if (at_once) listener.reset();
    CHECK(*guard == 0);
  };
  listener = f.listen(kAnyLoopback, options);
  const Fd client = connect_raw(listener->bound());
  REQUIRE(run_without_descriptors(f.loop, [&] { return exhausted == 1; }));
  listener.reset();
  f.loop.run();
}

TEST_CASE("Connections are born with the options that were asked for") {
  Fixture f;
  const TempDir dir;
  const bool tcp = GENERATE(true, false);
  Listener::Options options;
  options.connections.send_buffer_bytes = 50'000;
  options.connections.no_delay = true;
  options.connections.keepalive_idle = 30s;
  options.connections.keepalive_interval = 7s;
  options.connections.keepalive_count = 3;
  const auto listener = f.listen(tcp ? kAnyLoopback : Address::unix_socket(dir.file("s")), options);
  const auto client = connect_raw(listener->bound());
  REQUIRE(run_until(f.loop, [&] { return f.accepted.size() == 1; }));
  const auto option = [&](int level, int name) {
    int value = -1;
    socklen_t length = sizeof(value);
    ::getsockopt(f.accepted.front().fd.get(), level, name, &value, &length);
    return value;
  };
  CHECK(option(SOL_SOCKET, SO_SNDBUF) == 100'000);
  if (!tcp) return;
  CHECK(option(IPPROTO_TCP, TCP_NODELAY) == 1);
  CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 1);
  CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == 30);
  CHECK(option(IPPROTO_TCP, TCP_KEEPINTVL) == 7);
  CHECK(option(IPPROTO_TCP, TCP_KEEPCNT) == 3);
}
