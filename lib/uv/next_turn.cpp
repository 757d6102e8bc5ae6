#include "uv/next_turn.h"

#include <utility>
#include <uv.h>

#include "uv/loop.h"
#include "uv/make_handle.h"

namespace freshet::uv {

class NextTurn::Entry final : public base::Timer {
 public:
  Entry(NextTurn& queue, std::function<void()> callback) : queue_(queue), callback_(std::move(callback)) {
    place_ = queue_.entries_.insert(queue_.entries_.end(), this);
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;
  ~Entry() override {
    if (waiting_) queue_.entries_.erase(place_);
  }

  [[nodiscard]] std::uint64_t made_in() const { return made_in_; }
  /// Leaves the queue and calls back, which may destroy the entry.
  void fire() {
    queue_.entries_.erase(place_);
    waiting_ = false;
    const auto callback = std::move(callback_);
    callback();
  }

 private:
  NextTurn& queue_;
  std::function<void()> callback_;
  std::list<Entry*>::iterator place_;
  std::uint64_t made_in_ = queue_.turn_;
  bool waiting_ = true;
};

NextTurn::NextTurn(Loop& loop)
    : idle_(make_handle<uv_idle_t>(this, "idle handle",
                                   [&](uv_idle_t* handle) { return uv_idle_init(loop.raw(), handle); })) {}

std::unique_ptr<base::Timer> NextTurn::add(std::function<void()> callback) {
  must(uv_idle_start(idle_.get(), &NextTurn::on_idle), "idle handle");
  return std::make_unique<Entry>(*this, std::move(callback));
}

void NextTurn::on_idle(uv_idle_s* handle) {
  if (handle->data != nullptr) static_cast<NextTurn*>(handle->data)->run();
}

void NextTurn::run() {
  ++turn_;
  while (!entries_.empty() && entries_.front()->made_in() < turn_) entries_.front()->fire();
  if (entries_.empty()) uv_idle_stop(idle_.get());
}

}  // namespace freshet::uv
