#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "broker/sink.h"

namespace freshet::test {

/// A sink that writes down what it takes, as plain bytes, and refuses what the test says.
class RecordingSink final : public broker::Sink {
 public:
  [[nodiscard]] bool offer(const sse::FramePtr& frame, broker::Pace pace) override {
    if (pace == broker::Pace::kReplay ? replay_room == 0 : !takes_live || live_room == 0) {
      ++refused;
      return false;
    }
    auto& room = pace == broker::Pace::kReplay ? replay_room : live_room;
    if (room != kUnlimited) --room;
    frames.emplace_back(frame->plain());
    held.push_back(frame);
    return true;
  }

  /// What has come since the last call.
  std::vector<std::string> take() {
    held.clear();
    return std::exchange(frames, {});
  }

  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();
  std::vector<std::string> frames;
  std::vector<sse::FramePtr> held;
  std::size_t replay_room = kUnlimited;  ///< replayed frames that it takes before it refuses one
  std::size_t live_room = kUnlimited;    ///< the same for live ones
  bool takes_live = true;
  int refused = 0;
};

}  // namespace freshet::test
