#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "broker/backplane.h"
#include "broker/control_bus.h"
#include "redis/link.h"

namespace freshet::redis {

/// The half of the backplane that hears: messages, marks, fences and control messages, in the one order in which Redis
/// sent them. Owned by the backplane.
class SubscriberLink final : private Link::User {
 public:
  struct Options {
    Link::Options link;
    std::string prefix;
    std::string instance;
    /// What the nonces of this process's own marks begin with.
    std::string mark_tag;
  };

  SubscriberLink(uv::Loop& loop, Options options, Log log);
  virtual ~SubscriberLink() = default;

  void start(broker::Backplane::Observer& observer);
  void move(const std::string& why) { link_.move(why); }
  /// Null: nobody asks for control messages.
  void set_control_observer(broker::ControlBus::Observer* observer) { control_ = observer; }
  void subscribe(const std::vector<std::string_view>& channels) { send_names("SUBSCRIBE", channels); }
  void unsubscribe(const std::vector<std::string_view>& channels) { send_names("UNSUBSCRIBE", channels); }
  void replace(std::string_view reason);
  [[nodiscard]] const Link& link() const { return link_; }
  /// Marks and fences that were not what the functions write.
  [[nodiscard]] std::uint64_t malformed() const { return malformed_; }

 private:
  void on_connected() override;
  void on_push(Value reply) override;
  void on_batch_begin() override { observer_->on_batch_begin(); }
  void on_batch_end() override { observer_->on_batch_end(); }
  void on_lost(bool was_up) override;
  void send_names(std::string_view command, const std::vector<std::string_view>& names);
  void on_confirmed(std::string_view name);
  void on_message(std::string_view name, std::string_view bytes);
  void on_own_message(std::string_view name, std::string_view bytes);

  uv::Loop& loop_;
  std::string prefix_;
  std::string probe_name_;
  std::string mark_tag_;
  base::Duration deadline_;
  broker::Backplane::Observer* observer_ = nullptr;
  broker::ControlBus::Observer* control_ = nullptr;
  std::size_t own_confirmed_ = 0;
  std::unique_ptr<base::Timer> confirming_;
  std::uint64_t malformed_ = 0;
  Link link_;
};

}  // namespace freshet::redis
