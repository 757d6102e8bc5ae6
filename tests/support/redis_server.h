#pragma once

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <initializer_list>
#include <poll.h>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "redis/codec.h"
#include "uv/address.h"
#include "uv/fd.h"

namespace freshet::test {

/// A redis-server of the test's own, on a unix socket in a folder of its own, without persistence. Throws when it does
/// not come up.
class RedisServer {
 public:
  explicit RedisServer(std::vector<std::string> options = {}) : options_(std::move(options)) {
    std::string name = std::filesystem::temp_directory_path() / "freshet-redis-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    folder_ = name;
    start();
  }
  ~RedisServer() {
    stop();
    std::filesystem::remove_all(folder_);
  }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  [[nodiscard]] uv::Address address() const { return uv::Address::unix_socket(folder_ / "socket"); }

  void start() {
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork");
    if (pid_ == 0) exec();
    for (int tries = 0; tries < 1000; ++tries) {
      if (answers()) return;
      if (::waitpid(pid_, nullptr, WNOHANG) == pid_) break;
      ::poll(nullptr, 0, 10);
    }
    stop();
    throw std::runtime_error("redis-server does not answer");
  }
  void stop() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

  /// One command on a connection of its own, the blocking way. Throws when there is no reply.
  [[nodiscard]] redis::Reply ask(std::initializer_list<std::string_view> arguments) const {
    const uv::Fd client = connect();
    std::string command;
    redis::append_command(command, std::span(arguments.begin(), arguments.size()));
    if (::send(client.get(), command.data(), command.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(command.size())) {
      throw std::runtime_error("redis-server takes no command");
    }
    redis::ReplyReader reader;
    std::array<char, 65536> buffer{};
    while (true) {
      const ssize_t taken = ::recv(client.get(), buffer.data(), buffer.size(), 0);
      if (taken <= 0) throw std::runtime_error("redis-server does not reply");
      reader.feed({buffer.data(), static_cast<std::size_t>(taken)});
      if (auto reply = reader.take(); reply && *reply) return std::move(**reply);
    }
  }
  /// For commands whose reply does not matter.
  void tell(std::initializer_list<std::string_view> arguments) const { (void)ask(arguments); }

 private:
  [[noreturn]] void exec() const {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int quiet = ::open("/dev/null", O_RDWR);
    ::dup2(quiet, STDOUT_FILENO);
    std::vector<std::string> words{"redis-server", "--port", "0",     "--unixsocket", folder_ / "socket",
                                   "--save",       "",       "--dir", folder_};
    words.insert(words.end(), options_.begin(), options_.end());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }

  [[nodiscard]] uv::Fd connect() const {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    const auto path = address().path;
    path.copy(name.sun_path, sizeof(name.sun_path) - 1);
    uv::Fd client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{10, 0};
    ::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    if (::connect(client.get(), reinterpret_cast<const sockaddr*>(&name), sizeof(name)) != 0) client.reset();
    return client;
  }

  [[nodiscard]] bool answers() const { return connect().open(); }

  std::vector<std::string> options_;
  std::filesystem::path folder_;
  pid_t pid_ = 0;
};

}  // namespace freshet::test
