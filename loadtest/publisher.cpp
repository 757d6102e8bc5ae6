#include "publisher.h"

#include <arpa/inet.h>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include "load_client.h"

namespace freshet::loadtest {
namespace {

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "sseload: publishing: %s\n", what.c_str());
  std::exit(EXIT_FAILURE);
}

}  // namespace

void Publisher::start() {
  thread_ = std::thread([this] { run(); });
}

void Publisher::join() {
  if (thread_.joinable()) thread_.join();
}

void Publisher::run() const {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(options_.port);
  inet_pton(AF_INET, options_.host.c_str(), &address.sin_addr);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) give_up("connect");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  const auto began = std::chrono::steady_clock::now();
  for (std::uint64_t sequence = 0; sequence < options_.events; ++sequence) {
    std::this_thread::sleep_until(began +
                                  std::chrono::duration_cast<std::chrono::nanoseconds>(
                                      std::chrono::duration<double>(static_cast<double>(sequence) / options_.rate)));
    std::string data = std::to_string(sequence) + ":" + std::to_string(now_ns()) + ":";
    if (data.size() < options_.data_bytes) data.resize(options_.data_bytes, 'x');
    const auto request = "POST /publish?channel=" + options_.channel + " HTTP/1.1\r\nHost: " + options_.host +
                         "\r\nContent-Length: " + std::to_string(data.size()) + "\r\n\r\n" + data;
    if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
      give_up("send");
    std::array<char, 4096> answer{};
    const auto got = ::recv(fd, answer.data(), answer.size(), 0);
    const std::string_view text(answer.data(), got > 0 ? static_cast<std::size_t>(got) : 0);
    if (!text.starts_with("HTTP/1.1 200")) give_up("refused: " + std::string(text));
  }
  ::close(fd);
}

}  // namespace freshet::loadtest
