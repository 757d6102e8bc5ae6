#pragma once

#include <arpa/inet.h>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <utility>

#include "uv/errno_text.h"
#include "uv/fd.h"
#include "uv/loop.h"
#include "uv/socket.h"
#include "uv/socket_address.h"
#include "uv/turn_end.h"

namespace freshet::test {

/// Turns the loop until `done`, and says whether it came to that; a test that waits in vain gives up after 10 s.
inline bool run_until(uv::Loop& loop, const std::function<bool()>& done) {
  bool reached = false;
  const auto check = [&] {
    if (!done()) return;
    reached = true;
    loop.stop();
  };
  const uv::TurnEnd at_turn_end(loop, check);
  const auto guard = loop.after(std::chrono::seconds(10), [&] { loop.stop(); });
  loop.run();
  return reached;
}

/// Turns the loop for as long as events that are on their way inside the kernel need, and some more.
inline void run_a_while(uv::Loop& loop) {
  const auto guard = loop.after(std::chrono::milliseconds(20), [&] { loop.stop(); });
  loop.run();
}

class TempDir {
 public:
  TempDir() {
    std::string name = std::filesystem::temp_directory_path() / "freshet-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempDir() { std::filesystem::remove_all(path_); }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// A listening socket without any loop, for being connected to.
inline uv::Fd listen_raw(const uv::Address& address, int backlog) {
  const auto name = uv::SocketAddress::from(address);
  uv::Fd listening(::socket(name->family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::bind(listening.get(), name->raw(), name->length) == 0);
  REQUIRE(::listen(listening.get(), backlog) == 0);
  return listening;
}

/// A client's socket, connected the blocking way: once the backlog has it, it is connected.
inline uv::Fd connect_raw(const uv::Address& address) {
  const auto name = uv::SocketAddress::from(address);
  uv::Fd client(::socket(name->family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(::connect(client.get(), name->raw(), name->length) == 0);
  return client;
}

inline std::pair<uv::Fd, uv::Fd> tcp_pair(const std::string& ip = "127.0.0.1") {
  const uv::Fd listening = listen_raw(uv::Address::tcp(ip, 0), 1);
  uv::Fd client = connect_raw(uv::SocketAddress::local_of(listening.get()).address());
  uv::Fd server(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
  REQUIRE(server);
  return {std::move(client), std::move(server)};
}

inline std::pair<uv::Fd, uv::Fd> unix_pair() {
  std::array<int, 2> fds{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
  return {uv::Fd(fds[0]), uv::Fd(fds[1])};
}

/// Makes closing the socket reset the connection.
inline void reset_connection(uv::Fd& socket) {
  const linger now{1, 0};
  REQUIRE(::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &now, sizeof(now)) == 0);
  socket.reset();
}

inline void send_raw(const uv::Fd& socket, std::string_view bytes) {
  REQUIRE(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

/// Waits for bytes at a blocking socket; empty at the end or after an error.
inline std::string receive_raw(const uv::Fd& socket) {
  std::array<char, 4096> buffer{};
  const ssize_t taken = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
  return taken > 0 ? std::string(buffer.data(), static_cast<std::size_t>(taken)) : std::string();
}

/// A socket with a handler that writes down what happens, and then does what the test says.
class Endpoint final : public uv::Socket::Handler {
 public:
  template <class... More>
  Endpoint(uv::Loop& loop, uv::Fd fd, More... more)
      : socket(std::make_unique<uv::Socket>(loop, std::move(fd), *this, more...)) {}

  void on_data(std::string_view bytes) override {
    received += bytes;
    ++data_calls;
    if (at_data) at_data();
  }
  void on_closed(int error) override {
    CHECK((!closed || (closed->empty() && error != 0)));
    closed = error == 0 ? "" : uv::errno_text(error);
    if (at_closed) at_closed();
  }
  void on_writable() override {
    ++writable_calls;
    if (at_writable) at_writable();
  }

  std::string received;
  int data_calls = 0;
  int writable_calls = 0;
  std::optional<std::string> closed;
  std::function<void()> at_data;
  std::function<void()> at_closed;
  std::function<void()> at_writable;
  std::unique_ptr<uv::Socket> socket;
};

}  // namespace freshet::test
