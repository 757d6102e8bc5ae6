#pragma once

#include <memory>

struct uv_check_s;
struct uv_idle_s;
struct uv_loop_s;
struct uv_poll_s;
struct uv_prepare_s;
struct uv_signal_s;
struct uv_timer_s;

namespace freshet::uv {

/// Ends a libuv handle without making its owner wait: clears `data`, so that callbacks find nobody, and closes it; the
/// struct alone lives on until the loop has let go of it. The file descriptor of a poll handle may be closed at once.
struct CloseHandle {
  void operator()(uv_check_s* handle) const;
  void operator()(uv_idle_s* handle) const;
  void operator()(uv_poll_s* handle) const;
  void operator()(uv_prepare_s* handle) const;
  void operator()(uv_signal_s* handle) const;
  void operator()(uv_timer_s* handle) const;
};

/// The one owner of a libuv handle. The handle's `data` is the C++ object that owns this, or null once that is gone.
template <class T>
using Handle = std::unique_ptr<T, CloseHandle>;

}  // namespace freshet::uv
