#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "base/backoff.h"
#include "base/clock.h"
#include "redis/connection.h"
#include "redis/log.h"

namespace freshet::redis {

/// A connection that always comes back: makes a new one after each loss, with full jitter, and says so in the log, one
/// line for each change. Owned by the half of the backplane that speaks over it.
class Link final : private Connection::Owner {
 public:
  /// Called from the loop only. Whoever uses the link decides when it counts as up.
  class User {
   public:
    virtual void on_connected() = 0;
    virtual void on_push(Value reply) = 0;
    /// Around all that was read at once.
    virtual void on_batch_begin() = 0;
    virtual void on_batch_end() = 0;
    /// The connection has gone; another one will follow.
    virtual void on_lost(bool was_up) = 0;

   protected:
    ~User() = default;
  };

  struct Options {
    std::string kind = "redis";  ///< of server, for the log
    std::string name;            ///< for the log: `subscriber`; empty: none
    Connection::Options connection;
    /// Where to connect to, asked before each try; without it, always to the connection's address. An error says why
    /// that is not known yet: then the link waits for `move`.
    std::function<base::Result<uv::Address>()> where;
    base::Duration first_delay;
    base::Duration longest_delay;
    std::uint64_t seed;
  };

  /// Loop and user outlive the link.
  Link(uv::Loop& loop, Options options, Log log, User& user);
  virtual ~Link() = default;

  void start() { connect(); }
  /// The server to speak to is another one: leaves the present one, with this reason, and connects at once.
  void move(const std::string& why);
  /// Only from `on_connected` to `on_lost`.
  [[nodiscard]] Connection& connection() { return *connection_; }
  /// From `on_connected` on: ready for use, with a line for the log.
  void declare_up(std::string line);
  [[nodiscard]] bool up() const { return up_; }
  /// How often it came up again.
  [[nodiscard]] std::uint64_t reconnects() const { return reconnects_; }
  /// Empty when up.
  [[nodiscard]] std::string trouble() const;
  /// Why it was last lost, without the server's name.
  [[nodiscard]] const std::string& reason() const { return reason_; }
  /// `redis 127.0.0.1:6379: command: message`, the link's name in front of what is said about it.
  [[nodiscard]] std::string about(const std::string& message) const { return place_ + ": " + message; }
  void log(Level level, const std::string& message) const { log_(level, about(message)); }

 private:
  void on_connected() override { user_.on_connected(); }
  void on_push(Value reply) override { user_.on_push(reply); }
  void on_batch_begin() override { user_.on_batch_begin(); }
  void on_batch_end() override { user_.on_batch_end(); }
  void on_down(const Connection::Loss& loss) override;
  void connect();
  void settle();
  void name_place();

  uv::Loop& loop_;
  Options options_;
  Log log_;
  User& user_;
  std::string place_;
  base::Backoff backoff_;
  base::Backoff slow_backoff_;
  std::unique_ptr<base::Timer> retry_;
  /// Runs while the link is up, but not yet for long enough to be trusted.
  std::unique_ptr<base::Timer> settling_;
  std::string reason_ = "connecting";
  std::deque<std::string> logged_;  ///< the last reasons in the log, until the link has settled or moved
  std::string up_as_;
  bool up_ = false;
  bool announced_ = false;
  bool flapping_ = false;  ///< was lost before it had settled: neither line is repeated
  bool moving_ = false;    ///< `move` ends the connection, another one follows at once
  bool was_ever_up_ = false;
  std::uint64_t reconnects_ = 0;
  std::unique_ptr<Connection> connection_;
};

}  // namespace freshet::redis
