#include "uv/loop.h"

#include <cstdio>
#include <cstdlib>
#include <utility>
#include <uv.h>

#include "uv/lookups.h"
#include "uv/make_handle.h"
#include "uv/next_turn.h"
#include "uv/poller.h"

namespace freshet::uv {

namespace {

constexpr std::size_t kReadBufferBytes = std::size_t{64} * 1024;

class LoopTimer final : public base::Timer {
 public:
  LoopTimer(uv_loop_t* loop, std::uint64_t delay_ms, std::function<void()> callback)
      : callback_(std::move(callback)),
        handle_(make_handle<uv_timer_t>(this, "timer", [&](uv_timer_t* timer) { return uv_timer_init(loop, timer); })) {
    must(uv_timer_start(handle_.get(), &LoopTimer::on_timer, delay_ms, 0), "timer");
  }

 private:
  static void on_timer(uv_timer_t* handle) {
    auto* self = static_cast<LoopTimer*>(handle->data);
    if (self == nullptr) return;
    const auto callback = std::move(self->callback_);
    callback();
  }

  std::function<void()> callback_;
  Handle<uv_timer_t> handle_;
};

void refuse_open_handle(uv_handle_t* handle, void* /*unused*/) {
  if (uv_is_closing(handle) != 0) return;
  std::fprintf(stderr, "freshet: the event loop ends while a %s handle is open\n",
               uv_handle_type_name(uv_handle_get_type(handle)));
  std::abort();
}

uv_loop_t* make_loop() {
  auto loop = std::make_unique<uv_loop_t>();
  must(uv_loop_init(loop.get()), "event loop");
  return loop.release();
}

}  // namespace

void Loop::CloseLoop::operator()(uv_loop_s* loop) const {
  const std::unique_ptr<uv_loop_t> last_owner(loop);
  uv_walk(loop, refuse_open_handle, nullptr);
  while (uv_run(loop, UV_RUN_DEFAULT) != 0) {
  }
  must(uv_loop_close(loop), "event loop cannot be closed");
}

Loop::Loop()
    : read_buffer_(kReadBufferBytes),
      loop_(make_loop()),
      lookups_(std::make_unique<Lookups>(*this)),
      next_turn_(std::make_unique<NextTurn>(*this)),
      poller_(std::make_unique<Poller>(*this)) {}

Loop::~Loop() = default;

base::Instant Loop::now() const { return base::Instant(std::chrono::milliseconds(uv_now(loop_.get()))); }

base::Instant Loop::exact_now() const {
  return base::Instant(std::chrono::duration_cast<base::Duration>(std::chrono::nanoseconds(uv_hrtime())));
}

std::int64_t Loop::wall_us() const {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count();
}

std::unique_ptr<base::Timer> Loop::after(base::Duration delay, std::function<void()> callback) {
  if (delay <= base::Duration::zero()) return next_turn_->add(std::move(callback));
  const auto delay_ms = std::chrono::ceil<std::chrono::milliseconds>(delay).count();
  return std::make_unique<LoopTimer>(loop_.get(), static_cast<std::uint64_t>(delay_ms), std::move(callback));
}

void Loop::run() { uv_run(loop_.get(), UV_RUN_DEFAULT); }

void Loop::stop() { uv_stop(loop_.get()); }

}  // namespace freshet::uv
