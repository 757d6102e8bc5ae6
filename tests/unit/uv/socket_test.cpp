#include "uv/socket.h"

#include <catch2/catch.hpp>
#include <memory>
#include <netinet/tcp.h>
#include <string>
#include <vector>

#include "support.h"

using namespace std::chrono_literals;
using freshet::test::Endpoint;
using freshet::test::run_a_while;
using freshet::test::run_until;
using freshet::test::send_raw;
using freshet::uv::Fd;
using freshet::uv::Loop;
using freshet::uv::Socket;

namespace {

enum class Kind { kTcp4, kTcp6, kUnix };

std::pair<Fd, Fd> pair_of(Kind kind) {
  if (kind == Kind::kUnix) return freshet::test::unix_pair();
  return freshet::test::tcp_pair(kind == Kind::kTcp4 ? "127.0.0.1" : "::1");
}

/// Bytes in which a missing, doubled or moved piece shows.
std::string numbered_lines(std::size_t size_bytes) {
  std::string text;
  for (std::size_t i = 0; text.size() < size_bytes; ++i) text += std::to_string(i) + "\n";
  return text;
}

std::vector<iovec> pieces_of(std::string_view text, std::size_t size_bytes) {
  std::vector<iovec> pieces;
  for (; !text.empty(); text.remove_prefix(std::min(size_bytes, text.size()))) {
    pieces.push_back({const_cast<char*>(text.data()), std::min(size_bytes, text.size())});
  }
  return pieces;
}

}  // namespace

TEST_CASE("What one side writes the other reads, and back") {
  Loop loop;
  auto [a, b] = pair_of(GENERATE(Kind::kTcp4, Kind::kTcp6, Kind::kUnix));
  Endpoint client(loop, std::move(a));
  Endpoint server(loop, std::move(b));
  client.socket->read(true);
  server.socket->read(true);
  server.at_data = [&] {
    CHECK(server.socket->write(server.received) == server.received.size());
    server.socket->shutdown_write();
  };
  CHECK(client.socket->write("hello") == 5U);
  CHECK(run_until(loop, [&] { return client.closed.has_value(); }));
  CHECK(client.received == "hello");
  CHECK(client.closed == "");
}

TEST_CASE("Many small pieces, far more than the kernel takes at once, arrive whole and in order") {
  Loop loop;
  auto [a, b] = pair_of(GENERATE(Kind::kTcp4, Kind::kUnix));
  Endpoint sender(loop, std::move(a));
  Endpoint receiver(loop, std::move(b));
  const std::string text = numbered_lines(2'000'000);
  const auto piece_bytes = GENERATE(std::size_t{997}, std::size_t{3'000'000}, std::size_t{100'000});
  std::string_view left = text;
  int half_written = 0;
  const auto send_more = [&] {
    const auto written = sender.socket->write(pieces_of(left, piece_bytes));
    REQUIRE(written);
    left.remove_prefix(*written);
    if (!left.empty()) ++half_written;
    sender.socket->watch_writable(!left.empty());
  };
  sender.at_writable = send_more;
  sender.socket->set_send_buffer(131'072);
  send_more();
  CHECK(half_written == 1);
  receiver.socket->read(true);
  CHECK(run_until(loop, [&] { return receiver.received.size() >= text.size(); }));
  CHECK((receiver.received == text));
  CHECK(sender.writable_calls > 0);

  const int calls = sender.writable_calls;
  run_a_while(loop);
  CHECK(sender.writable_calls == calls);
}

TEST_CASE("A full socket takes nothing and says so") {
  Loop loop;
  auto [a, b] = pair_of(GENERATE(Kind::kTcp4, Kind::kUnix));
  const Endpoint sender(loop, std::move(a));
  const std::string text(1'000'000, 'x');
  for (std::size_t written = 1; written != 0;) {
    const auto now = sender.socket->write(text);
    REQUIRE(now);
    written = *now;
  }
  CHECK(sender.socket->write(text) == 0U);
  CHECK(sender.socket->write(std::span<const iovec>()) == 0U);
}

TEST_CASE("What the other side has not taken is counted until it has") {
  Loop loop;
  auto [a, b] = pair_of(GENERATE(Kind::kTcp4, Kind::kUnix));
  const Endpoint sender(loop, std::move(a));
  Endpoint receiver(loop, std::move(b));
  CHECK(sender.socket->unsent_bytes() == 0);
  const std::string text(8'000'000, 'x');
  const auto written = sender.socket->write(text);
  REQUIRE(written);
  REQUIRE(*written < text.size());
  CHECK(sender.socket->unsent_bytes() > 0);
  receiver.socket->read(true);
  CHECK(run_until(loop, [&] { return sender.socket->unsent_bytes() == 0; }));
}

TEST_CASE("Reading can be switched off in the middle of what has come") {
  Loop loop;
  auto [a, b] = pair_of(GENERATE(Kind::kTcp4, Kind::kUnix));
  Endpoint sender(loop, std::move(a));
  Endpoint receiver(loop, std::move(b));
  const std::string text = numbered_lines(150'000);
  const auto written = sender.socket->write(text);
  REQUIRE(written);
  receiver.at_data = [&] { receiver.socket->read(false); };
  receiver.socket->read(true);
  REQUIRE(run_until(loop, [&] { return receiver.data_calls == 1; }));
  run_a_while(loop);
  CHECK(receiver.data_calls == 1);
  CHECK_FALSE(receiver.closed);

  receiver.at_data = nullptr;
  receiver.socket->read(true);
  CHECK(run_until(loop, [&] { return receiver.received.size() == *written; }));
  CHECK((receiver.received == text.substr(0, *written)));
}

TEST_CASE("A socket that always has more to read leaves others their turn") {
  Loop loop;
  auto [a, b] = freshet::test::unix_pair();
  auto [c, d] = freshet::test::unix_pair();
  Endpoint sender(loop, std::move(a));
  Endpoint greedy(loop, std::move(b));
  Endpoint modest(loop, std::move(d));
  const std::string text(1'000'000, 'x');
  sender.socket->set_send_buffer(2'000'000);
  const auto feed = [&] { static_cast<void>(sender.socket->write(text)); };
  greedy.at_data = feed;
  feed();
  send_raw(c, "x");
  greedy.socket->read(true);
  modest.socket->read(true);
  CHECK(run_until(loop, [&] { return modest.received == "x"; }));
}

TEST_CASE("The end of the stream is told after all data, without a reason") {
  Loop loop;
  auto [client, server] = pair_of(GENERATE(Kind::kTcp4, Kind::kUnix));
  Endpoint endpoint(loop, std::move(server));
  const std::string text = numbered_lines(100'000);
  send_raw(client, text);
  client.reset();
  endpoint.socket->read(true);
  REQUIRE(run_until(loop, [&] { return endpoint.closed.has_value(); }));
  CHECK(endpoint.closed == "");
  CHECK((endpoint.received == text));
  loop.run();
}

TEST_CASE("A reset connection is told with its reason, whether reading is on or off") {
  Loop loop;
  auto [client, server] = freshet::test::tcp_pair();
  Endpoint endpoint(loop, std::move(server));
  endpoint.socket->read(GENERATE(true, false));
  freshet::test::reset_connection(client);
  REQUIRE(run_until(loop, [&] { return endpoint.closed.has_value(); }));
  CHECK(endpoint.closed == "Connection reset by peer");
  CHECK(endpoint.received.empty());
}

TEST_CASE("Data that came before a reset is read before the reset is told") {
  Loop loop;
  auto [client, server] = freshet::test::unix_pair();
  Endpoint endpoint(loop, std::move(server));
  const std::string text = numbered_lines(100'000);
  send_raw(client, text);
  CHECK(endpoint.socket->write("never read") == 10U);
  client.reset();
  endpoint.socket->read(true);
  REQUIRE(run_until(loop, [&] { return endpoint.closed.has_value(); }));
  CHECK((endpoint.received == text));
  CHECK(endpoint.closed == "Connection reset by peer");
}

TEST_CASE("A hang-up is noticed without reading") {
  Loop loop;
  auto [client, server] = pair_of(GENERATE(Kind::kTcp4, Kind::kUnix));
  Endpoint endpoint(loop, std::move(server));
  SECTION("by closing") { client.reset(); }
  SECTION("by closing the sending half") { ::shutdown(client.get(), SHUT_WR); }
  REQUIRE(run_until(loop, [&] { return endpoint.closed.has_value(); }));
  CHECK(endpoint.closed == "");
}

TEST_CASE("A hang-up behind unread data waits for the data to be read, without spinning") {
  Loop loop;
  auto [client, server] = pair_of(GENERATE(Kind::kTcp4, Kind::kUnix));
  Endpoint endpoint(loop, std::move(server));
  send_raw(client, "last words");
  ::shutdown(client.get(), SHUT_WR);
  int turns = 0;
  {
    const freshet::uv::TurnEnd count(loop, [&] { ++turns; });
    run_a_while(loop);
  }
  CHECK(turns < 20);
  CHECK_FALSE(endpoint.closed);
  endpoint.socket->read(true);
  REQUIRE(run_until(loop, [&] { return endpoint.closed.has_value(); }));
  CHECK(endpoint.received == "last words");
  CHECK(endpoint.closed == "");
}

TEST_CASE("The other side's end ends reading only: what is written still arrives, without spinning") {
  Loop loop;
  auto [a, b] = pair_of(GENERATE(Kind::kTcp4, Kind::kUnix));
  Endpoint reader(loop, std::move(a));
  Endpoint writer(loop, std::move(b));
  const bool reads = GENERATE(true, false);
  writer.socket->read(reads);
  reader.socket->shutdown_write();
  REQUIRE(run_until(loop, [&] { return writer.closed.has_value(); }));
  CHECK(writer.closed == "");
  CHECK(writer.socket->ended());
  writer.socket->read(true);  // there is nothing to be read any more

  const std::string text = numbered_lines(5'000'000);
  std::string_view left = text;
  const auto write = [&] {
    const auto written = writer.socket->write(left);
    REQUIRE(written);
    left.remove_prefix(*written);
    writer.socket->watch_writable(!left.empty());
    if (left.empty()) writer.socket->shutdown_write();
  };
  writer.at_writable = write;
  write();
  REQUIRE_FALSE(left.empty());
  int turns = 0;
  {
    const freshet::uv::TurnEnd count(loop, [&] { ++turns; });
    run_a_while(loop);
  }
  CHECK(turns < 20);
  reader.socket->read(true);
  REQUIRE(run_until(loop, [&] { return reader.closed.has_value(); }));
  CHECK((reader.received == text));
  CHECK(writer.received.empty());
}

TEST_CASE("A connection that breaks behind the other side's end says so while it is watched") {
  Loop loop;
  auto [client, server] = freshet::test::tcp_pair();
  Endpoint endpoint(loop, std::move(server));
  ::shutdown(client.get(), SHUT_WR);
  REQUIRE(run_until(loop, [&] { return endpoint.closed == ""; }));
  const std::string text(5'000'000, 'x');
  REQUIRE(endpoint.socket->write(text));
  endpoint.socket->watch_writable(true);
  run_a_while(loop);
  freshet::test::reset_connection(client);
  REQUIRE(run_until(loop, [&] { return endpoint.closed != ""; }));
  const int calls = endpoint.writable_calls;
  run_a_while(loop);
  CHECK(endpoint.writable_calls == calls);
}

TEST_CASE("Writing to a connection that is gone is an error, not a signal or a callback") {
  Loop loop;
  auto [client, server] = freshet::test::unix_pair();
  Endpoint endpoint(loop, std::move(server));
  client.reset();
  const auto written = endpoint.socket->write("x");
  REQUIRE_FALSE(written);
  CHECK(written.error().message == "Broken pipe");
  CHECK_FALSE(endpoint.closed);
}

TEST_CASE("The handler may destroy the socket in any callback") {
  Loop loop;
  const auto kind = GENERATE(Kind::kTcp4, Kind::kUnix);
  auto [client, server] = pair_of(kind);
  Endpoint endpoint(loop, std::move(server));
  const auto destroy = [&] { endpoint.socket.reset(); };
  endpoint.socket->read(true);
  SECTION("on data, with more data, writability and the end behind it") {
    send_raw(client, numbered_lines(100'000));
    client.reset();
    endpoint.socket->watch_writable(true);
    endpoint.at_data = destroy;
    loop.run();
    CHECK(endpoint.data_calls == 1);
    CHECK(endpoint.writable_calls == 0);
    CHECK_FALSE(endpoint.closed);
  }
  SECTION("on the end") {
    client.reset();
    endpoint.at_closed = destroy;
    loop.run();
    CHECK(endpoint.closed == "");
  }
  SECTION("on the end, unread") {
    endpoint.socket->read(false);
    client.reset();
    endpoint.at_closed = destroy;
    loop.run();
    CHECK(endpoint.closed == "");
  }
  SECTION("on an error") {
    CHECK(endpoint.socket->write("never read") == 10U);
    freshet::test::reset_connection(client);
    endpoint.at_closed = destroy;
    loop.run();
    CHECK(endpoint.closed == "Connection reset by peer");
  }
  SECTION("on writable") {
    endpoint.socket->watch_writable(true);
    endpoint.at_writable = destroy;
    loop.run();
    CHECK(endpoint.writable_calls == 1);
  }
  CHECK(endpoint.socket == nullptr);
}

TEST_CASE("The end and the destruction of one socket do not disturb its descriptor's next owner") {
  Loop loop;
  auto [client, server] = freshet::test::unix_pair();
  const int number = server.get();
  auto first = std::make_unique<Endpoint>(loop, std::move(server));
  first->socket->read(true);
  first.reset();
  auto [next_client, next_server] = freshet::test::unix_pair();
  CHECK((next_client.get() == number || next_server.get() == number));
  Endpoint a(loop, std::move(next_client));
  Endpoint b(loop, std::move(next_server));
  a.socket->read(true);
  b.socket->read(true);
  CHECK(a.socket->write("to b") == 4U);
  CHECK(b.socket->write("to a") == 4U);
  CHECK(run_until(loop, [&] { return a.received == "to a" && b.received == "to b"; }));
}

TEST_CASE("Once the connection is broken, the socket's methods do nothing") {
  Loop loop;
  auto [client, server] = freshet::test::tcp_pair();
  Endpoint endpoint(loop, std::move(server));
  freshet::test::reset_connection(client);
  endpoint.at_closed = [&] {
    endpoint.socket->read(true);
    endpoint.socket->watch_writable(true);
  };
  endpoint.socket->read(true);
  loop.run();
  CHECK(endpoint.closed == "Connection reset by peer");
  CHECK(endpoint.writable_calls == 0);
}

TEST_CASE("A descriptor that cannot be watched is told on the next turn") {
  Loop loop;
  Endpoint endpoint(loop, Fd());
  endpoint.socket->read(true);
  CHECK_FALSE(endpoint.closed);
  loop.run();
  CHECK(endpoint.closed == "Bad file descriptor");
}

TEST_CASE("TCP options reach the kernel") {
  Loop loop;
  auto [client, server] = freshet::test::tcp_pair();
  const Endpoint endpoint(loop, std::move(server));
  const auto option = [&](int level, int name) {
    int value = -1;
    socklen_t length = sizeof(value);
    ::getsockopt(endpoint.socket->fd(), level, name, &value, &length);
    return value;
  };
  endpoint.socket->set_no_delay(true);
  CHECK(option(IPPROTO_TCP, TCP_NODELAY) == 1);
  endpoint.socket->set_no_delay(false);
  CHECK(option(IPPROTO_TCP, TCP_NODELAY) == 0);
  endpoint.socket->set_keepalive(30s, 500ms, 4);
  CHECK(option(SOL_SOCKET, SO_KEEPALIVE) == 1);
  CHECK(option(IPPROTO_TCP, TCP_KEEPIDLE) == 30);
  CHECK(option(IPPROTO_TCP, TCP_KEEPINTVL) == 1);
  CHECK(option(IPPROTO_TCP, TCP_KEEPCNT) == 4);
  endpoint.socket->set_user_timeout(20s);
  CHECK(option(IPPROTO_TCP, TCP_USER_TIMEOUT) == 20'000);
  endpoint.socket->set_send_buffer(50'000);
  CHECK(option(SOL_SOCKET, SO_SNDBUF) == 100'000);
}

TEST_CASE("An accepted socket tells at once what has come already, and then what comes later") {
  Loop loop;
  auto [a, b] = pair_of(GENERATE(Kind::kTcp4, Kind::kUnix));
  send_raw(a, "early");
  Endpoint server(loop, std::move(b), Socket::Accepted{});
  server.socket->read_at_once();
  CHECK(server.received == "early");
  send_raw(a, " late");
  CHECK(run_until(loop, [&] { return server.received == "early late"; }));
}

TEST_CASE("An accepted socket brings no more at once than its owner may have to keep") {
  Loop loop;
  auto [a, b] = pair_of(GENERATE(Kind::kTcp4, Kind::kUnix));
  send_raw(a, std::string(100'000, 'x'));
  Endpoint server(loop, std::move(b), Socket::Accepted{});
  server.at_data = [&] { server.socket->read(false); };
  server.socket->read_at_once();
  CHECK(server.received.size() == Socket::kAcceptedReadBytes);
  run_a_while(loop);
  CHECK(server.data_calls == 1);
}

TEST_CASE("An accepted socket that nothing has come to waits for it") {
  Loop loop;
  auto [a, b] = pair_of(Kind::kTcp4);
  Endpoint server(loop, std::move(b), Socket::Accepted{});
  server.socket->read_at_once();
  CHECK(server.data_calls == 0);
  send_raw(a, "late");
  CHECK(run_until(loop, [&] { return server.received == "late"; }));
}

TEST_CASE("An accepted socket may go in the middle of what it tells at once") {
  Loop loop;
  auto [a, b] = pair_of(Kind::kTcp4);
  send_raw(a, "early");
  Endpoint server(loop, std::move(b), Socket::Accepted{});
  const bool drops = GENERATE(true, false);
  server.at_data = [&] { drops ? server.socket->drop() : server.socket.reset(); };
  server.socket->read_at_once();
  CHECK(server.received == "early");
  CHECK(freshet::test::receive_raw(a).empty());
}

TEST_CASE("An accepted socket whose client has left says so at once") {
  Loop loop;
  auto [a, b] = pair_of(Kind::kTcp4);
  a.reset();
  Endpoint server(loop, std::move(b), Socket::Accepted{});
  server.socket->read_at_once();
  CHECK(server.closed == "");
}

TEST_CASE("A dropped socket is closed at once and tells nothing more") {
  Loop loop;
  auto [a, b] = pair_of(Kind::kTcp4);
  Endpoint server(loop, std::move(b));
  server.socket->read(true);
  send_raw(a, "unread");
  server.socket->drop();
  CHECK(freshet::test::receive_raw(a).empty());
  run_a_while(loop);
  CHECK(server.received.empty());
  CHECK_FALSE(server.closed);
}

TEST_CASE("Small pieces and large ones arrive in their order, whatever way they are sent") {
  Loop loop;
  auto [a, b] = pair_of(GENERATE(Kind::kTcp4, Kind::kUnix));
  Endpoint server(loop, std::move(b));
  const auto text = numbered_lines(9'000);
  const auto size = GENERATE(std::size_t{3}, std::size_t{500}, std::size_t{600}, std::size_t{4'500});
  auto pieces = pieces_of(text, size);
  if (pieces.size() > 100) pieces.resize(100);
  std::size_t wanted = 0;
  for (const auto& piece : pieces) wanted += piece.iov_len;
  CHECK(server.socket->write(pieces) == wanted);
  std::string received;
  while (received.size() < wanted) {
    const auto more = freshet::test::receive_raw(a);
    REQUIRE_FALSE(more.empty());
    received += more;
  }
  CHECK(received == text.substr(0, wanted));
}
