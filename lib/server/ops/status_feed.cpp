#include "server/ops/status_feed.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "server/stream_request.h"

namespace freshet::server {
namespace {

constexpr std::chrono::seconds kInterval{1};

}  // namespace

Feed StatusFeed::open() {
  return {stream_headers({}), [this](Push push) {
            if (!push(frame())) return;
            watchers_.push_back(std::move(push));
            if (!timer_) arm();
          }};
}

sse::FramePtr StatusFeed::frame() const { return sse::Frame::encode({0, "status", status_()}); }

void StatusFeed::arm() {
  timer_ = clock_.after(kInterval, [this] { tick(); });
}

void StatusFeed::tick() {
  const auto now = frame();
  const auto gone = [&](const Push& push) { return !push(now); };
  watchers_.erase(std::remove_if(watchers_.begin(), watchers_.end(), gone), watchers_.end());
  if (watchers_.empty()) return timer_.reset();
  arm();
}

}  // namespace freshet::server
