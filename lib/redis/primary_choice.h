#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "base/clock.h"
#include "uv/address.h"

namespace freshet::redis {

/// Where one sentinel says that the primary is. Each failover has a configuration epoch of its own, higher than all
/// before it.
struct SentinelAnswer {
  uv::Address primary;
  std::uint64_t epoch = 0;
  friend bool operator==(const SentinelAnswer&, const SentinelAnswer&) = default;
};

/// Decides between sentinels that contradict each other: the highest epoch wins, and what has been left is not gone
/// back to. So neither a sentinel that was cut off together with the old primary nor one that is late misleads. Only
/// when most of the sentinels insist on it is an epoch that is no higher believed: then they were set up anew. Owned
/// by the watch.
class PrimaryChoice {
 public:
  /// How long they must insist: longer than a failover takes to be known to all.
  static constexpr base::Duration kPatience = std::chrono::seconds(10);

  /// Whether the primary is another one now. One answer for each sentinel that is configured, none for one that is
  /// silent. Called whenever an answer has come or gone, and each second or so as long as any come.
  bool judge(std::span<const std::optional<SentinelAnswer>> answers, base::Instant now);
  /// None before the first answer; what is found is never lost again.
  [[nodiscard]] const std::optional<SentinelAnswer>& primary() const { return primary_; }

 private:
  [[nodiscard]] const SentinelAnswer* best_of(std::span<const std::optional<SentinelAnswer>> answers) const;

  std::optional<SentinelAnswer> primary_;
  /// What most insist on, and since when.
  std::optional<SentinelAnswer> rival_;
  base::Instant rival_since_{};
};

}  // namespace freshet::redis
