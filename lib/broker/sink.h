#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sse/frame.h"

namespace freshet::broker {

enum class Pace : std::uint8_t {
  kLive,    ///< as it happens; a sink that cannot take it has fallen behind and will close itself
  kReplay,  ///< from history; a sink that has enough says so, and asks for the rest when it has room again
};

/// Where a stream's frames go. Queues a reference and returns; never writes, never destroys a subscription, never calls
/// the hub from inside `offer`.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  /// False: not taken. A sink with nothing queued takes any frame, whatever its size, so that every event gets through.
  [[nodiscard]] virtual bool offer(const sse::FramePtr& frame, Pace pace) = 0;
  /// Live frames that came together, and the same events as one frame, of which a sink takes what suits it. How many of
  /// `frames` were taken, from the first on: as if each had been offered.
  [[nodiscard]] virtual std::size_t offer_all(std::span<const sse::FramePtr> frames, const sse::FramePtr& /*joined*/) {
    std::size_t taken = 0;
    while (taken < frames.size() && offer(frames[taken], Pace::kLive)) ++taken;
    return taken;
  }
};

}  // namespace freshet::broker
