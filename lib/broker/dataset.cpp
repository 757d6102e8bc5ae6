#include "broker/dataset.h"

#include <algorithm>
#include <charconv>

#include "base/channel_name.h"
#include "broker/record.h"

namespace freshet::broker {
namespace {

constexpr std::size_t kMaxHoles = 8;
constexpr Id kKeyLife = 600 * base::kMicrosecondsPerSecond;
constexpr std::size_t kMaxKeyBytes = 512;
constexpr std::uint64_t kMaxRing = 1'000'000;
/// What the containers take besides the bytes themselves, roughly.
constexpr std::size_t kRingOverheadBytes = 256;
constexpr std::size_t kRecordOverheadBytes = 48;
constexpr std::size_t kKeyOverheadBytes = 128;

std::size_t cost_of(const std::string& record) { return kRecordOverheadBytes + record.size(); }
constexpr std::chrono::hours kMaxTtl{10 * 365 * 24};

/// The first six digits of an epoch, as freshet.lua takes them.
Id number_of(std::string_view epoch) {
  Id number = 0;
  const auto digits = epoch.substr(0, 6);
  std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
  return number;
}

tl::unexpected<PublishError> refuse(PublishError::Kind kind, std::string message) {
  return tl::unexpected<PublishError>(PublishError{kind, std::move(message)});
}

tl::unexpected<PublishError> invalid(std::string message) {
  return refuse(PublishError::Kind::kInvalid, std::move(message));
}

/// What can be judged without the clock; freshet.lua says the same.
tl::expected<void, PublishError> check(const Publication& publication) {
  if (auto named = base::check_channel_name(publication.channel); !named) return invalid(named.error().message);
  if (auto named = check_event_name(publication.event); !named) return invalid(named.error().message);
  if (publication.key.size() > kMaxKeyBytes) {
    return invalid("a key of " + std::to_string(publication.key.size()) + " bytes: the limit is " +
                   std::to_string(kMaxKeyBytes));
  }
  if (publication.ring && (*publication.ring == 0 || *publication.ring > kMaxRing)) {
    return invalid("ring must be between 1 and " + std::to_string(kMaxRing));
  }
  if (publication.ttl && (publication.ttl->count() <= 0 || *publication.ttl > kMaxTtl)) {
    return invalid("ttl must be between 1 s and 10 years");
  }
  if (publication.live && (publication.ring || publication.ttl || !publication.key.empty())) {
    return invalid("a live-only event takes no key, ring or ttl");
  }
  return {};
}

}  // namespace

/// The clock's own pace, for as long as it runs ahead of the time: freshet.lua says why.
void Dataset::set_lead(Id beginning, Id now) { lead_ = beginning - std::min(beginning, now / 2); }

/// Where a life begins that cannot go by any time.
Id Dataset::beginning(Id above, std::string_view epoch) const {
  return above + options_.skew_us + number_of(epoch) % options_.spread_us;
}

void Dataset::enter(const Server& server, const Bus& bus) {
  if (clock_.last == 0) {
    const Id boot = server.now + options_.skew_us;
    bus.fence(boot);
    clock_ = {boot,
              boot,
              std::string(server.epoch),
              {},
              options_.ttl_us,
              0,
              options_.ttl_us,
              options_.ring,
              options_.max_bytes,
              server.now};
    set_lead(boot, server.now);
  } else if (clock_.epoch != server.epoch) {
    const Id reached = std::max(server.now, lead_ + server.now / 2);
    const Id boot = clock_.last < reached ? reached + options_.skew_us : beginning(clock_.last + 1, server.epoch);
    set_lead(boot, server.now);
    clock_.holes.push_back({clock_.epoch, clock_.last, boot});
    if (clock_.holes.size() > kMaxHoles) clock_.holes.erase(clock_.holes.begin());
    clock_.last = boot;
    clock_.epoch = server.epoch;
  }
  clock_.now = server.now;
}

PublishResult Dataset::publish(const Server& server, const Publication& publication, const Bus& bus) {
  if (auto checked = check(publication); !checked) return tl::unexpected<PublishError>(checked.error());
  const auto max_bytes = clock_.last == 0 ? options_.max_bytes : clock_.max_bytes;
  if (publication.data.size() > max_bytes) {
    return refuse(PublishError::Kind::kTooLarge, "data of " + std::to_string(publication.data.size()) +
                                                     " bytes: the limit is " + std::to_string(max_bytes));
  }
  if (publication.live) {
    bus.message(publication.channel, encode_record({0, 0, publication.event, publication.data}));
    return Id{0};
  }
  const auto ttl_us = static_cast<std::uint64_t>(publication.ttl.value_or(std::chrono::microseconds(0)).count());
  const auto default_ttl = clock_.last == 0 ? options_.ttl_us : clock_.ttl;
  if (publication.ttl && ttl_us < default_ttl) {
    return invalid("ttl is below the default of " + std::to_string(default_ttl / base::kMicrosecondsPerSecond) +
                   " s: a shorter one would make loss unprovable");
  }
  const auto key = publication.channel + '|' + publication.key;
  if (!publication.key.empty()) {
    const auto known = keys_.find(key);
    if (known != keys_.end() && known->second.second > server.now) return known->second.first;
  }
  if (bytes_ + publication.data.size() > options_.total_bytes) {
    return refuse(PublishError::Kind::kUnavailable, "the memory backplane is full");
  }

  enter(server, bus);
  const Id id = std::max(clock_.last + 1, server.now);
  const auto& old = ring(publication.channel, server.now);
  const Id prev = old.empty() ? 0 : decode_record(old.front())->id;
  auto record = encode_record({id, prev, publication.event, publication.data});
  bus.message(publication.channel, record);

  clock_.last = id;
  const auto [place, created] = rings_.try_emplace(publication.channel);
  if (created) bytes_ += kRingOverheadBytes + publication.channel.size();
  auto& ring = place->second;
  bytes_ += cost_of(record);
  ring.records.push_front(std::move(record));
  while (ring.records.size() > publication.ring.value_or(clock_.ring)) {
    bytes_ -= cost_of(ring.records.back());
    ring.records.pop_back();
  }
  ring.expires = std::max(ring.expires, id + std::max<std::uint64_t>(ttl_us, clock_.ttl));
  if (!publication.key.empty() && keys_.insert_or_assign(key, std::pair(id, server.now + kKeyLife)).second) {
    bytes_ += kKeyOverheadBytes + key.size();
  }
  return id;
}

DatasetClock Dataset::mark(const Server& server, const Bus& bus) {
  enter(server, bus);
  clock_.last = std::max(clock_.last, server.now);
  return clock_;
}

DatasetClock Dataset::sync(const Server& server, Id highest, std::string_view epoch, const Bus& bus) {
  enter(server, bus);
  bool lost = highest > clock_.last;
  if (!epoch.empty() && epoch != clock_.epoch) {
    const auto hole = std::find_if(clock_.holes.begin(), clock_.holes.end(),
                                   [&](const Hole& candidate) { return candidate.epoch == epoch; });
    lost = lost || hole == clock_.holes.end() || highest > hole->base;
  }
  if (lost && highest >= clock_.floor) {
    // The life that is forgotten may have given out more than was seen of it.
    const Id floor = (highest > clock_.last ? beginning(highest, clock_.epoch) : clock_.last) + 1;
    bus.fence(floor);
    clock_.last = clock_.floor = floor;
    set_lead(floor, server.now);
  }
  return clock_;
}

void Dataset::set_ttl(const Server& server, std::uint64_t ttl_us, const Bus& bus) {
  options_.ttl_us = ttl_us;
  enter(server, bus);
  if (clock_.ttl == ttl_us) return;
  clock_.ttl_before = std::min(clock_.ttl_before, clock_.ttl);
  clock_.last = clock_.ttl_since = std::max(clock_.last + 1, server.now);
  clock_.ttl = ttl_us;
}

const std::deque<std::string>& Dataset::ring(std::string_view channel, Id now) {
  static const std::deque<std::string> none;
  const auto found = rings_.find(channel);
  if (found == rings_.end()) return none;
  if (found->second.expires > now) return found->second.records;
  erase_ring(found);
  return none;
}

void Dataset::expire(Id now) {
  for (auto ring = rings_.begin(); ring != rings_.end();) {
    const auto here = ring++;
    if (here->second.expires <= now) erase_ring(here);
  }
  std::erase_if(keys_, [&](const auto& key) {
    const bool over = key.second.second <= now;
    if (over) bytes_ -= kKeyOverheadBytes + key.first.size();
    return over;
  });
}

void Dataset::drop_ring(std::string_view channel) {
  const auto found = rings_.find(channel);
  if (found != rings_.end()) erase_ring(found);
}

void Dataset::erase_ring(Map<Ring>::iterator ring) {
  for (const auto& record : ring->second.records) bytes_ -= cost_of(record);
  bytes_ -= kRingOverheadBytes + ring->first.size();
  rings_.erase(ring);
}

void Dataset::clear() { *this = Dataset(options_); }

}  // namespace freshet::broker
