#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "broker/backplane.h"
#include "broker/control_bus.h"
#include "redis/functions.h"
#include "redis/link.h"
#include "redis/server_memory.h"

namespace freshet::redis {

/// The half of the backplane that asks: marks, evidence, histories, publications, control messages and bars. Owned by
/// the backplane.
class CommandLink final : private Link::User {
 public:
  struct Options {
    Link::Options link;
    std::string prefix;
    std::string instance;
    std::string mark_tag;
    bool load_functions;
    /// As this process is configured.
    std::uint64_t ring;
    std::chrono::seconds ttl;
    std::uint64_t max_bytes;
    /// The server takes no writes any more, as it has become a replica: what it publishes from now on is not what
    /// publishers are told. May be empty.
    std::function<void()> demoted;
  };

  CommandLink(uv::Loop& loop, Options options, Log log);
  virtual ~CommandLink() = default;

  void start(broker::Backplane::Observer& observer);
  void move(const std::string& why) { link_.move(why); }
  void mark(std::uint64_t nonce);
  void sync(broker::Id highest_seen, std::string_view epoch);
  void read_history(std::string_view channel);
  void publish(broker::Publication publication, std::function<void(broker::PublishResult)> done);
  /// Null: nobody asks for control messages and bars.
  void set_control_observer(broker::ControlBus::Observer* observer) { control_ = observer; }
  void broadcast(const std::string& message, broker::ControlBus::Sent done);
  void store_bar(broker::ControlBus::BarRequest bar, broker::ControlBus::Stored done);
  void read_bars(broker::ControlBus::BarsRead done);
  [[nodiscard]] const Link& link() const { return link_; }
  /// Why Redis takes no marks although the link is up; empty when it does.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }
  /// How full Redis is. None: not known at the moment.
  [[nodiscard]] const std::optional<Memory>& memory() const { return memory_.latest(); }

 private:
  /// A history whose three replies have not all come.
  struct Reading {
    std::string channel;
    std::optional<Reply> ring;
    std::optional<Reply> clock;
  };

  void on_connected() override;
  void on_push(Value reply) override;
  void on_batch_begin() override {}
  void on_batch_end() override {}
  void on_lost(bool was_up) override;
  void on_ready(const std::string& version);
  void on_marked(Value reply);
  void on_synced(Value reply);
  void on_ring(Reply reply);
  void on_clock(Reply reply);
  void on_time(Value reply);
  void send_sync(const std::string& highest_seen, std::string_view epoch, Connection::Answer answer);
  void restore_settings();
  /// In words, for the log; empty: the clock's settings are this process's.
  [[nodiscard]] std::string foreign_settings(const broker::DatasetClock& clock) const;
  void compare_settings(const broker::DatasetClock& clock);
  void give_up(std::string_view command, Value reply);
  void refuse(std::function<void(broker::PublishResult)> done, broker::PublishResult result);
  void answer_later(std::function<void()> callback);
  /// For the log, once until something is stored, read or sent again, and for whoever asked.
  [[nodiscard]] base::Error report(const base::Error& error);

  uv::Loop& loop_;
  Options options_;
  broker::Backplane::Observer* observer_ = nullptr;
  broker::ControlBus::Observer* control_ = nullptr;
  std::optional<Functions> functions_;
  base::Instant functions_checked_{};
  std::deque<Reading> readings_;
  /// Of the history that was last seen; 0: none.
  broker::Id floor_ = 0;
  std::string refusal_;
  /// The clock's settings that were last found to differ from this process's; in words, for the log.
  std::string foreign_settings_;
  std::string reported_;
  bool settings_written_ = false;
  bool restoring_ = false;
  std::deque<std::function<void()>> refused_;
  std::unique_ptr<base::Timer> refusing_;
  Link link_;
  ServerMemory memory_;
};

}  // namespace freshet::redis
