#include "memory_watch.h"

#include <malloc.h>
#include <utility>

#include "memory_use.h"

namespace freshet {
namespace {

constexpr std::chrono::seconds kInterval{1};
/// Of the limit, to be below it again: so that a process which hovers at it does not change its mind each second.
constexpr std::size_t kMargin = 32;

}  // namespace

MemoryWatch::MemoryWatch(base::Clock& clock, std::function<std::size_t()> limit, std::function<void(bool full)> changed)
    : clock_(clock), limit_(std::move(limit)), changed_(std::move(changed)) {
  look();
}

void MemoryWatch::look() {
  const auto limit = limit_();
  // What the allocator keeps for itself is not needed, but it does not say so.
  if (limit > 0 && memory_use().resident_bytes >= limit) malloc_trim(0);
  const bool full = limit > 0 && memory_use().resident_bytes >= (full_ ? limit - limit / kMargin : limit);
  if (std::exchange(full_, full) != full) changed_(full);
  timer_ = clock_.after(kInterval, [this] { look(); });
}

}  // namespace freshet
