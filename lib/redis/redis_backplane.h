#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "broker/backplane.h"
#include "broker/control_bus.h"
#include "redis/log.h"
#include "redis/memory.h"
#include "uv/address.h"

namespace freshet::tls {
class Context;
}

namespace freshet::uv {
class Loop;
}

namespace freshet::redis {

class CommandLink;
class SentinelWatch;
class SubscriberLink;

/// The backplane in Redis: rings, ids and proofs are kept by the function library `freshet` (freshet.lua), which is
/// loaded where it is missing; events arrive by pub/sub. Two connections, each of which comes back by itself with full
/// jitter, whatever happens to Redis.
///
/// The application owns it, and the loop outlives it. May be destroyed in any state, but not from inside a callback;
/// the callbacks of what is still under way are then dropped.
class RedisBackplane final : public broker::Backplane, public broker::ControlBus {
 public:
  /// Who says where the primary is.
  struct Sentinel {
    std::string master;  ///< its name; empty: nobody, the address is fixed
    std::vector<uv::Address> nodes;
    std::string username;       ///< empty: the sentinels' default user
    std::string password_file;  ///< as below; empty: none
  };

  struct Options {
    /// Not used with sentinels.
    uv::Address address = uv::Address::tcp("127.0.0.1", 6379);
    /// For Redis and the sentinels; null: plain. Outlives the backplane; another one may be assigned to it at any time
    /// and counts for the connections made from then on.
    const tls::Context* tls = nullptr;
    std::string username;  ///< empty: Redis' default user
    std::string password;
    /// Read at every connect, without the newline at its end; wins over `password`. Empty: none.
    std::string password_file;
    Sentinel sentinel{};
    int database = 0;
    std::string prefix = "freshet:";
    /// Whether the function library may be loaded when it is missing or older than this program's.
    bool load_functions = true;
    /// What this process is called, by the rules of channel names.
    std::string instance = "freshetd";
    /// The history's defaults as this process is configured: the first sync writes them into the clock.
    std::uint64_t ring = 256;
    std::chrono::seconds ttl{3600};
    std::uint64_t max_bytes = std::uint64_t{256} << 10U;
    /// For jitter, and for telling this process's marks from those of another one of the same name.
    std::uint64_t seed = 0;
    /// For connecting and logging in; and for each reply after that.
    base::Duration connect_deadline = std::chrono::seconds(5);
    base::Duration reply_deadline = std::chrono::seconds(5);
    /// Between two tries to connect: full jitter that doubles from the first to the longest.
    base::Duration first_delay = std::chrono::milliseconds(50);
    base::Duration longest_delay = std::chrono::seconds(5);
  };

  /// For metrics.
  struct Status {
    bool subscriber_up = false;
    bool command_up = false;
    /// How often a link came back after it had been up.
    std::uint64_t subscriber_reconnects = 0;
    std::uint64_t command_reconnects = 0;
    /// Marks and fences that were not what the functions write.
    std::uint64_t malformed = 0;
    /// As it was a few seconds ago. None: not known, as there was no answer of use yet, or the command link is down.
    std::optional<Memory> memory;
  };

  RedisBackplane(uv::Loop& loop, const Options& options, const Log& log);
  ~RedisBackplane() override;

  void start(Backplane::Observer& observer) override;
  void subscribe(const std::vector<std::string_view>& channels) override;
  void unsubscribe(const std::vector<std::string_view>& channels) override;
  void mark(std::uint64_t nonce) override;
  void sync(broker::Id highest_seen, std::string_view epoch) override;
  void read_history(std::string_view channel) override;
  void publish(broker::Publication publication, std::function<void(broker::PublishResult)> done) override;
  /// Does nothing while Redis itself refuses the marks (a busy script, no memory): another connection would not help.
  void replace_subscriber(std::string_view reason) override;
  void set_control_observer(ControlBus::Observer& observer) override;
  void broadcast(std::string message, Sent done) override;
  void store_bar(BarRequest bar, Stored done) override;
  void read_bars(BarsRead done) override;
  /// Also says what Redis refuses while both links are up, and what the sentinels say. `redis 127.0.0.1:6379: command:
  /// connect to 127.0.0.1:6379: Connection refused`.
  [[nodiscard]] std::string trouble() const override;
  [[nodiscard]] Status status() const;

 private:
  std::unique_ptr<SentinelWatch> sentinels_;  ///< null: none
  std::unique_ptr<SubscriberLink> subscriber_;
  std::unique_ptr<CommandLink> command_;
};

}  // namespace freshet::redis
