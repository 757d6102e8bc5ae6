#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "broker/cursor.h"
#include "broker/one_or_more.h"

namespace freshet::broker {

class Subscription;

/// What a stream needs on its way to live, for the first time or again. It exists only as long, as most streams are
/// live most of the time.
struct Opening {
  static constexpr Id kAll = std::numeric_limits<Id>::max();
  /// How one of the stream's channels stands.
  struct Standing {
    /// The channel is proven only up to here, where that is less than the stream's own position: a message went
    /// missing. Otherwise kAll.
    Id proven;
    bool tried;  ///< the ring was read for this opening
  };

  Opening(Subscription& owner, Cursor from, std::size_t channels) : stream(owner), cursor(from) {
    standings.reserve(static_cast<std::uint32_t>(channels));
    for (; channels > 0; --channels) standings.push_back({kAll, false});
  }

  Subscription& stream;
  Cursor cursor;                  ///< where to open from; after the first time always kAt
  Id mark = 0;                    ///< the mark that this opening goes by
  std::uint64_t stamp = 0;        ///< marks above it cover the stream
  OneOrMore<Standing> standings;  ///< in the order of the stream's memberships
  std::uint32_t unconfirmed = 0;  ///< channels whose confirmation is awaited
  Opening* before = nullptr;      ///< in the hub's queue of those that are ready
  Opening* after = nullptr;
};

/// The streams that wait for nothing but a mark, in the order in which they became ready, and so of their stamps: what
/// a mark covers is at the front.
class ReadyQueue {
 public:
  [[nodiscard]] Opening* front() const { return first_; }
  void push(Opening& opening) {
    opening.before = last_;
    opening.after = nullptr;
    (last_ == nullptr ? first_ : last_->after) = &opening;
    last_ = &opening;
  }
  void remove(const Opening& opening) {
    (opening.before == nullptr ? first_ : opening.before->after) = opening.after;
    (opening.after == nullptr ? last_ : opening.after->before) = opening.before;
  }

 private:
  Opening* first_ = nullptr;
  Opening* last_ = nullptr;
};

}  // namespace freshet::broker
