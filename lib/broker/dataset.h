#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/keyed_hash.h"
#include "broker/backplane.h"
#include "broker/dataset_clock.h"

namespace freshet::broker {

/// The clock and the rings of all channels, with the very rules of freshet.lua, in memory. The memory backplane serves
/// from one; tests put several behind simulated links. Copyable, so that a test can take snapshots.
class Dataset {
 public:
  struct Options {
    std::uint64_t ring = 256;
    std::uint64_t ttl_us = 3600 * base::kMicrosecondsPerSecond;
    std::uint64_t max_bytes = std::uint64_t{256} << 10U;
    /// How far a new life of a server jumps ahead: more than the clocks of two servers differ.
    std::uint64_t skew_us = 10'000'000;
    /// Within how much more each life begins at a place of its own, when the clock runs ahead of the time.
    std::uint64_t spread_us = std::uint64_t{1} << 24U;
    /// All records together; a publication beyond it is refused.
    std::size_t total_bytes = std::size_t{256} << 20U;
  };
  /// Which server runs the operation, and when.
  struct Server {
    Id now = 0;
    std::string_view epoch;
  };
  /// Where messages go. Called before anything is written, as a publication that its bus refuses leaves nothing behind.
  struct Bus {
    std::function<void(std::string_view channel, std::string_view bytes)> message;
    std::function<void(Id floor)> fence;
  };

  explicit Dataset(Options options) : options_(options) {}

  PublishResult publish(const Server& server, const Publication& publication, const Bus& bus);
  /// Moves the clock to now.
  DatasetClock mark(const Server& server, const Bus& bus);
  /// Evidence of a process that has seen `highest` under `epoch` (empty: none).
  DatasetClock sync(const Server& server, Id highest, std::string_view epoch, const Bus& bus);
  void set_ttl(const Server& server, std::uint64_t ttl_us, const Bus& bus);

  /// The channel's ring, newest first. A ring expires as a whole.
  const std::deque<std::string>& ring(std::string_view channel, Id now);
  /// The clock as it stands, without moving it.
  [[nodiscard]] const DatasetClock& clock() const { return clock_; }
  /// Forgets rings and idempotency keys that have expired.
  void expire(Id now);
  /// Takes a channel's ring away.
  void drop_ring(std::string_view channel);
  /// Takes everything away, as FLUSHALL does.
  void clear();
  [[nodiscard]] std::size_t size_bytes() const { return bytes_; }

 private:
  struct Ring {
    std::deque<std::string> records;
    Id expires = 0;
  };
  template <class Value>
  using Map = std::unordered_map<std::string, Value, base::KeyedHash, std::equal_to<>>;

  /// Every write begins here: the clock exists, and belongs to this life of this server.
  [[nodiscard]] Id beginning(Id above, std::string_view epoch) const;
  void set_lead(Id beginning, Id now);
  void enter(const Server& server, const Bus& bus);
  void erase_ring(Map<Ring>::iterator ring);

  Options options_;
  DatasetClock clock_;  ///< last 0: there is none
  Id lead_ = 0;         ///< where this life began, less half the time of then
  Map<Ring> rings_;
  Map<std::pair<Id, Id>> keys_;  ///< idempotency key → id, expiry
  std::size_t bytes_ = 0;
};

}  // namespace freshet::broker
