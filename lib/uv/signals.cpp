#include "uv/signals.h"

#include <csignal>
#include <utility>
#include <uv.h>

#include "uv/loop.h"
#include "uv/make_handle.h"

namespace freshet::uv {

Signals::Signals(Loop& loop, std::initializer_list<int> signals, std::function<void(int)> callback)
    : callback_(std::move(callback)) {
  for (const int signal : signals) {
    handles_.push_back(make_handle<uv_signal_t>(
        this, "signal handle", [&](uv_signal_t* handle) { return uv_signal_init(loop.raw(), handle); }));
    must(uv_signal_start(handles_.back().get(), &Signals::on_signal, signal), "signal handle");
    uv_unref(reinterpret_cast<uv_handle_t*>(handles_.back().get()));
  }
}

void Signals::on_signal(uv_signal_s* handle, int signal) {
  auto* self = static_cast<Signals*>(handle->data);
  if (self == nullptr) return;
  auto callback = std::move(self->callback_);
  callback(signal);
  if (handle->data != nullptr) self->callback_ = std::move(callback);
}

void ignore_sigpipe() { std::signal(SIGPIPE, SIG_IGN); }

}  // namespace freshet::uv
