#pragma once

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <uv.h>

#include "base/error.h"
#include "uv/handle.h"
#include "uv/loop.h"

// Private to this room: how handles begin.

namespace freshet::uv {

/// For what can fail only if the process cannot go on (no memory, no descriptors at start-up) or by a mistake in here.
inline void must(int code, const char* what) {
  if (code == 0) return;
  std::fprintf(stderr, "freshet: %s: %s\n", what, uv_strerror(code));
  std::abort();
}

/// A handle that `init` initialises and whose `data` is `owner`.
template <class T, class Init>
Handle<T> make_handle(void* owner, const char* what, Init init) {
  auto handle = std::make_unique<T>();
  must(init(handle.get()), what);
  handle->data = owner;
  return Handle<T>(handle.release());
}

/// A poll handle for a descriptor, which becomes non-blocking. An error is errno's text.
inline base::Result<Handle<uv_poll_t>> make_poll(Loop& loop, int fd, void* owner) {
  auto handle = std::make_unique<uv_poll_t>();
  const int code = uv_poll_init(loop.raw(), handle.get(), fd);
  if (code != 0) return base::fail(uv_strerror(code));
  handle->data = owner;
  return Handle<uv_poll_t>(handle.release());
}

}  // namespace freshet::uv
