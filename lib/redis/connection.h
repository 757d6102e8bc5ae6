#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/error.h"
#include "redis/codec.h"
#include "redis/login.h"
#include "redis/reply.h"
#include "redis/role.h"
#include "redis/wire.h"
#include "uv/address.h"
#include "uv/connector.h"
#include "uv/turn_end.h"

namespace freshet::tls {
class Context;
}

namespace freshet::uv {
class Loop;
}

namespace freshet::redis {

/// One connection to Redis from connecting to its loss: logs in, sends commands in one write per turn of the loop,
/// hands replies to those who asked. Owned by a link, which makes a new one after a loss.
class Connection final : private Wire::Handler {
 public:
  struct Options {
    uv::Address address;
    /// Null: plain. Outlives the link; what is assigned to it counts for the connections that are made later.
    const tls::Context* tls = nullptr;
    Login login;
    int database = 0;
    std::string client_name;  ///< for CLIENT LIST
    Role role = Role::kPrimary;
    /// Whether a server that does not let its role be asked for is turned down.
    bool must_tell_role = false;
    /// For connecting, TLS and logging in, all in all.
    base::Duration connect_deadline = std::chrono::seconds(5);
    /// For the oldest command without a reply, counted anew whenever bytes come: a long reply is not a missing one.
    base::Duration reply_deadline = std::chrono::seconds(5);
    /// For one whole reply, however steadily its bytes come: from the command, or from the reply before it. Enough for
    /// a ring of 256 MiB at 5 MB a second.
    base::Duration whole_reply_deadline = std::chrono::seconds(60);
    /// What may wait to be sent; a command beyond that means that Redis has stopped reading, and ends the connection.
    std::size_t max_queued_bytes = std::size_t{64} << 20U;
    /// Of all texts of one reply; a reply beyond that is cut.
    std::size_t max_reply_bytes = ReplyReader::kMaxTextBytes;
  };

  struct Loss {
    std::string reason;
    Retry retry = Retry::kSoon;
  };

  /// Called from the loop only, never from inside a method.
  class Owner {
   public:
    /// Logged in.
    virtual void on_connected() = 0;
    /// A reply that nobody waits for: a subscriber's message. Valid during the call.
    virtual void on_push(Value reply) = 0;
    /// Around all that was read at once.
    virtual void on_batch_begin() = 0;
    virtual void on_batch_end() = 0;
    /// Once, at the end; the answers still awaited are failed after it. Only here may the connection be destroyed.
    virtual void on_down(const Loss& loss) = 0;

   protected:
    ~Owner() = default;
  };

  /// The reply, or why it will never come. Dropped when the connection is destroyed first.
  using Answer = std::function<void(base::Result<Reply>)>;
  /// What becomes of a reply that was cut: it ends the connection, or is answered as it is.
  enum class Cut : bool { kRefused, kTaken };

  /// Starts to connect. Loop and owner outlive the connection.
  Connection(uv::Loop& loop, Options options, Owner& owner);
  virtual ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Commands sent after the end are dropped; `answer` then comes, too, as long as `on_down` has not.
  void send(std::span<const std::string_view> arguments, Answer answer, Cut cut = Cut::kRefused);
  void send(std::initializer_list<std::string_view> arguments, Answer answer, Cut cut = Cut::kRefused);
  /// For commands whose replies come as pushes.
  void post(std::span<const std::string_view> arguments);
  /// Ends it: `on_down` follows on the next turn, nothing else does. The first reason counts.
  void close(std::string reason, Retry retry = Retry::kSoon);

  /// What waits to be sent, as it travels: never more than may.
  [[nodiscard]] std::size_t queued_bytes() const { return out_.size() - sent_; }
  [[nodiscard]] std::size_t max_queued_bytes() const { return options_.max_queued_bytes; }

 private:
  struct Pending {
    std::string command;
    base::Instant sent;
    Answer answer;
    Cut cut;
  };

  void on_open() override;
  void on_data(std::string_view bytes) override;
  void on_closed(std::string_view why) override;
  void on_tls_failure(std::string_view why) override;
  void on_writable() override { write_out(); }

  void on_dialed(base::Result<uv::Fd> fd);
  void take_replies();
  void log_in();
  void judge_login(std::string_view command, Value answer);
  void flush();
  void write_out();
  void watch_deadline();
  void check_deadline(bool last_chance);
  /// When the oldest command is given up, and with which words.
  struct Due {
    base::Instant at;
    std::string_view missing;
    base::Duration limit;
  };
  [[nodiscard]] Due due() const;
  void finish();

  uv::Loop& loop_;
  Options options_;
  Owner& owner_;
  base::Instant started_;
  base::Instant last_heard_{};
  base::Instant first_since_{};  ///< the oldest command has been the oldest
  std::unique_ptr<uv::Connector> connector_;
  std::unique_ptr<Wire> wire_;
  ReplyReader reader_;
  std::string first_bytes_;  ///< what a server that is not Redis has to say
  bool replied_ = false;
  bool connected_ = false;
  std::deque<Pending> pending_;
  std::string out_;
  std::size_t sent_ = 0;  ///< of out_
  bool blocked_ = false;
  uv::TurnEnd turn_end_;
  std::unique_ptr<base::Timer> deadline_;
  std::unique_ptr<base::Timer> broken_;
  std::optional<Loss> loss_;
  std::unique_ptr<base::Timer> end_;
};

}  // namespace freshet::redis
