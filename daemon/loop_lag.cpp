#include "loop_lag.h"

namespace freshet {
namespace {

constexpr std::chrono::milliseconds kInterval{500};
constexpr std::chrono::seconds kRemembered{15};

}  // namespace

LoopLag::LoopLag(base::Clock& clock) : clock_(clock) { arm(); }

double LoopLag::seconds() const { return std::chrono::duration<double>(largest_).count(); }

void LoopLag::arm() {
  due_ = clock_.now() + kInterval;
  timer_ = clock_.after(kInterval, [this] {
    const auto now = clock_.now();
    const auto lag = now - due_;
    if (lag >= largest_ || now - largest_at_ > kRemembered) {
      largest_ = lag;
      largest_at_ = now;
    }
    arm();
  });
}

}  // namespace freshet
