#include "uv/turn_end.h"

#include <utility>
#include <uv.h>

#include "uv/loop.h"
#include "uv/make_handle.h"

namespace freshet::uv {

TurnEnd::TurnEnd(Loop& loop, std::function<void()> callback)
    : callback_(std::move(callback)),
      check_(make_handle<uv_check_t>(this, "check handle",
                                     [&](uv_check_t* handle) { return uv_check_init(loop.raw(), handle); })),
      prepare_(make_handle<uv_prepare_t>(this, "prepare handle",
                                         [&](uv_prepare_t* handle) { return uv_prepare_init(loop.raw(), handle); })) {
  must(uv_check_start(check_.get(), &TurnEnd::on_turn<uv_check_t>), "check handle");
  must(uv_prepare_start(prepare_.get(), &TurnEnd::on_turn<uv_prepare_t>), "prepare handle");
  uv_unref(reinterpret_cast<uv_handle_t*>(check_.get()));
  uv_unref(reinterpret_cast<uv_handle_t*>(prepare_.get()));
}

template <class T>
void TurnEnd::on_turn(T* handle) {
  auto* self = static_cast<TurnEnd*>(handle->data);
  if (self == nullptr) return;
  auto callback = std::move(self->callback_);
  callback();
  if (handle->data != nullptr) self->callback_ = std::move(callback);
}

}  // namespace freshet::uv
