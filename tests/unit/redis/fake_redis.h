#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "redis/codec.h"
#include "redis/functions_source.h"
#include "uv/listener.h"
#include "uv/loop.h"
#include "uv/socket.h"

namespace freshet::test {

inline std::string bulk(const std::string& text) { return "$" + std::to_string(text.size()) + "\r\n" + text + "\r\n"; }

/// What a server says of itself: its role and, for a replica, whose it is.
inline std::string role(const std::string& name, const std::string& host = "", int port = 0) {
  return "*3\r\n" + bulk(name) + bulk(host) + ":" + std::to_string(port) + "\r\n";
}

/// A server that plays Redis on the test's own loop, as well or as badly as the test says. By default it is one with
/// our functions loaded, and notes what it is asked.
class FakeRedis {
 public:
  using Command = std::vector<std::string>;

  explicit FakeRedis(uv::Loop& loop) : loop_(loop) {
    listener_ = uv::Listener::open(loop, uv::Address::tcp("127.0.0.1", 0), {}, [this](uv::Fd fd, uv::Peer) {
                  ++accepted;
                  if (close_at_once) return;
                  sessions_.push_back(std::make_unique<Session>(*this, std::move(fd)));
                  sessions_.back()->say(greeting);
                  if (close_after_greeting) sessions_.clear();
                }).value();
    answers["AUTH"] = answers["SELECT"] = answers["CLIENT"] = "+OK\r\n";
    answers["ROLE"] = role("master");
    answers["INFO"] = bulk("# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n");
    answers["INFO memory"] = bulk("# Memory\r\nused_memory:1000\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n");
    answers["FCALL_RO freshet_version"] = ":" + std::to_string(redis::functions_version()) + "\r\n";
    answers["FUNCTION"] = bulk("freshet");
    answers["FCALL freshet_sync"] = bulk("-|1000|900|epoch|3600|0|3600|256|262144|1000|");
    answers["FCALL freshet_mark"] = bulk("1-1|1000|900|epoch|3600|0|3600|256|262144|1000|");
    answers["LRANGE"] = "*0\r\n";
    answers["HMGET"] = "*2\r\n" + bulk("900") + bulk("epoch");
    answers["TIME"] = "*2\r\n" + bulk("1") + bulk("5");
  }

  [[nodiscard]] uv::Address address() const { return listener_->bound(); }
  /// Sends bytes to everyone who is connected.
  void say(const std::string& bytes) {
    for (auto& session : sessions_) session->say(bytes);
  }
  void hang_up() { sessions_.clear(); }
  void stop_listening() { listener_->close(); }
  /// How often a command was received, by its name or by name and first argument.
  [[nodiscard]] int count(const std::string& name) const {
    int found = 0;
    for (const auto& command : received) {
      if (command[0] == name || (command.size() > 1 && command[0] + " " + command[1] == name)) ++found;
    }
    return found;
  }

  /// By a command's name, or by its name and first argument. An empty answer is none at all.
  std::map<std::string, std::string> answers;
  std::string greeting;
  bool close_at_once = false;
  bool close_after_greeting = false;
  bool byte_by_byte = false;
  int accepted = 0;
  std::vector<Command> received;

 private:
  class Session final : private uv::Socket::Handler {
   public:
    Session(FakeRedis& server, uv::Fd fd) : server_(server) {
      uv::Socket::Handler& handler = *this;
      socket_ = std::make_unique<uv::Socket>(server.loop_, std::move(fd), handler);
      socket_->set_no_delay(true);
      socket_->read(true);
    }

    void say(const std::string& bytes) {
      if (!server_.byte_by_byte) {
        (void)socket_->write(bytes);
        return;
      }
      for (const char byte : bytes) (void)socket_->write(std::string_view(&byte, 1));
    }

   private:
    void on_data(std::string_view bytes) override {
      reader_.feed(bytes);
      while (auto reply = reader_.take().value()) {
        Command command;
        for (std::size_t i = 0; i < reply->value().size(); ++i) command.emplace_back(reply->value()[i].text());
        server_.received.push_back(command);
        say(server_.answer(command));
      }
    }
    void on_closed(int /*error*/) override { socket_->read(false); }
    void on_writable() override {}

    FakeRedis& server_;
    redis::ReplyReader reader_;
    std::unique_ptr<uv::Socket> socket_;
  };

  [[nodiscard]] std::string answer(const Command& command) const {
    if (command.size() > 1) {
      const auto found = answers.find(command[0] + " " + command[1]);
      if (found != answers.end()) return found->second;
    }
    const auto found = answers.find(command[0]);
    if (found != answers.end()) return found->second;
    if (command[0] != "SUBSCRIBE" && command[0] != "UNSUBSCRIBE") return "-ERR unknown command\r\n";
    std::string confirmations;
    const std::string kind = command[0] == "SUBSCRIBE" ? "subscribe" : "unsubscribe";
    for (std::size_t i = 1; i < command.size(); ++i) {
      confirmations += "*3\r\n" + bulk(kind) + bulk(command[i]) + ":1\r\n";
    }
    return confirmations;
  }

  uv::Loop& loop_;
  std::unique_ptr<uv::Listener> listener_;
  std::list<std::unique_ptr<Session>> sessions_;
};

inline std::string message(const std::string& channel, const std::string& bytes) {
  return "*3\r\n" + bulk("message") + bulk(channel) + bulk(bytes);
}

}  // namespace freshet::test
