#include "broker/channel_log.h"

#include <algorithm>
#include <utility>

namespace freshet::broker {
namespace {

std::size_t cost(const ChannelLog::Entry& entry) { return sizeof(entry) + entry.frame->size_bytes(); }

}  // namespace

void ChannelLog::start(Id at) {
  clear();
  base_ = at;
}

void ChannelLog::append(Id id, sse::FramePtr frame) {
  entries_.push_back({id, std::move(frame)});
  bytes_ += cost(entries_.back());
}

void ChannelLog::merge(std::vector<Entry> older, Id upto, Id base, sse::ResetReason why_not_below) {
  const auto newer = above(upto);
  older.insert(older.end(), newer.begin(), newer.end());
  entries_ = std::move(older);
  first_ = 0;
  base_ = base;
  reason_ = why_not_below;
  bytes_ = 0;
  for (const auto& entry : entries_) bytes_ += cost(entry);
}

void ChannelLog::trim(std::size_t events) {
  while (size() > events) {
    auto& oldest = entries_[first_++];
    if (oldest.id > base_) {
      base_ = oldest.id;
      reason_ = sse::ResetReason::kTrimmed;
    }
    bytes_ -= cost(oldest);
    oldest.frame = {};
  }
  if (first_ * 2 > entries_.size()) {
    entries_.erase(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
    if (entries_.empty()) entries_.shrink_to_fit();
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
