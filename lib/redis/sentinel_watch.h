#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/error.h"
#include "redis/log.h"
#include "redis/primary_choice.h"
#include "redis/sentinel_link.h"
#include "uv/address.h"

namespace freshet::redis {

/// Knows where the primary is: asks all the sentinels, all the time, and decides between them. Owned by the backplane.
class SentinelWatch {
 public:
  struct Options {
    std::string master;  ///< the primary's name
    std::vector<uv::Address> nodes;
    /// What all connections to sentinels have in common.
    Connection::Options connection;
    std::uint64_t seed = 0;
  };
  /// The primary was found or has moved; `why` is for the log: `sentinel: primary moved from 10.0.0.1:6379 to …`.
  using Moved = std::function<void(const std::string& why)>;

  SentinelWatch(uv::Loop& loop, const Options& options, Log log);

  /// `moved` is called from the loop only.
  void start(Moved moved);
  /// Or why it is not known: `sentinel mymaster: no sentinel answers (10.0.0.1:26379: Connection refused; …)`.
  [[nodiscard]] base::Result<uv::Address> primary() const;
  /// What the sentinels say at present, in words: `sentinel mymaster: 2 of 3 name 10.0.0.1:6379`.
  [[nodiscard]] std::string summary() const;

 private:
  [[nodiscard]] bool has_looked();
  void judge();
  [[nodiscard]] std::string silence() const;

  uv::Loop& loop_;
  std::string name_;  ///< for the log
  Log log_;
  Moved moved_;
  PrimaryChoice choice_;
  bool looked_ = false;
  std::unique_ptr<base::Timer> looking_;
  std::vector<std::unique_ptr<SentinelLink>> links_;
};

}  // namespace freshet::redis
