#include "uv/handle.h"

#include <uv.h>

namespace freshet::uv {

namespace {

template <class T>
void end(T* handle) {
  handle->data = nullptr;
  // Every libuv handle begins with the fields of uv_handle_t: libuv's own way of deriving.
  uv_close(reinterpret_cast<uv_handle_t*>(handle),
           [](uv_handle_t* closed) { const std::unique_ptr<T> last_owner(reinterpret_cast<T*>(closed)); });
}

}  // namespace

void CloseHandle::operator()(uv_check_s* handle) const { end(handle); }
void CloseHandle::operator()(uv_idle_s* handle) const { end(handle); }
void CloseHandle::operator()(uv_poll_s* handle) const { end(handle); }
void CloseHandle::operator()(uv_prepare_s* handle) const { end(handle); }
void CloseHandle::operator()(uv_signal_s* handle) const { end(handle); }
void CloseHandle::operator()(uv_timer_s* handle) const { end(handle); }

}  // namespace freshet::uv
