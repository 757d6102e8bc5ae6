#include "redis/server_memory.h"

#include <string>
#include <utility>

#include "base/text.h"

namespace freshet::redis {
namespace {

/// INFO memory costs Redis some ten microseconds, and whoever watches comes every 15 seconds or so.
constexpr std::chrono::seconds kInterval{5};
/// A server that hovers at kFullPercent, as buffers come and go, is not in the log each time.
constexpr double kBelowAgainPercent = 90;

}  // namespace

void ServerMemory::stop() {
  timer_.reset();
  latest_.reset();
}

void ServerMemory::ask() {
  // Not CONFIG GET, whose right would show this user the passwords.
  link_.connection().send({"INFO", "memory"}, [this](const base::Result<Reply>& reply) {
    if (!reply) return;
    latest_ = parse_memory(reply->value().text());
    if (latest_) report();
  });
  timer_ = clock_.after(kInterval, [this] { ask(); });
}

void ServerMemory::report() {
  const auto& memory = *latest_;
  if (memory.evicts() && !std::exchange(warned_of_eviction_, true)) {
    link_.log(Level::kWarn, "maxmemory-policy is " + base::printable(memory.eviction_policy, 40) +
                                ": evicted histories look like quiet channels; noeviction is needed");
  }
  const bool full = memory.percent() >= (full_ ? kBelowAgainPercent : kFullPercent);
  if (std::exchange(full_, full) == full) return;
  const auto used = std::to_string(memory.used_bytes) + " bytes are used, maxmemory is " +
                    (memory.limit_bytes == 0 ? "not set" : std::to_string(memory.limit_bytes));
  if (!full) return link_.log(Level::kInfo, "no longer full: " + used);
  link_.log(Level::kWarn, std::string("as good as full; at its maxmemory it ") +
                              (memory.evicts() ? "evicts histories" : "refuses events (OOM)") + ": " + used);
}

}  // namespace freshet::redis
