#include "broker/channel_log.h"

#include <algorithm>
#include <utility>

namespace freshet::broker {
namespace {

std::size_t cost(const ChannelLog::Entry& entry) { return sizeof(entry) + entry.frame->size_bytes(); }

}  // namespace

void ChannelLog::start(Id at) {
  clear();
  set_base(at);
}

void ChannelLog::append(Id id, sse::FramePtr frame) {
  if (!held_) held_ = std::make_unique<Held>();
  held_->entries.push_back({id, std::move(frame)});
  held_->bytes += cost(held_->entries.back());
}

void ChannelLog::merge(std::vector<Entry> older, Id upto, Id base, sse::ResetReason why_not_below) {
  const auto newer = above(upto);
  older.insert(older.end(), newer.begin(), newer.end());
  set_base(base);
  reason_ = why_not_below;
  if (older.empty()) return held_.reset();
  if (!held_) held_ = std::make_unique<Held>();
  *held_ = {std::move(older)};
  for (const auto& entry : held_->entries) held_->bytes += cost(entry);
}

void ChannelLog::trim(std::size_t events) {
  if (!held_) return;
  auto& [entries, first, bytes] = *held_;
  while (size() > events) {
    auto& oldest = entries[first++];
    if (oldest.id > base_) {
      set_base(oldest.id);
      reason_ = sse::ResetReason::kTrimmed;
    }
    bytes -= cost(oldest);
    oldest.frame = {};
  }
  if (first == entries.size()) return held_.reset();
  if (first * 2 > entries.size()) {
    entries.erase(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(first));
    first = 0;
  }
}

void ChannelLog::clear() { *this = ChannelLog(); }

std::span<const ChannelLog::Entry> ChannelLog::above(Id id) const {
  const auto all = entries();
  const auto from =
      std::upper_bound(all.begin(), all.end(), id, [](Id at, const Entry& entry) { return at < entry.id; });
  return {from, all.end()};
}

}  // namespace freshet::broker
