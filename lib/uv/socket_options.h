#pragma once

#include <cstddef>

#include "base/clock.h"

// Private to this room. Options are wishes: a kernel that refuses one leaves a socket that still works.

namespace freshet::uv {

void set_send_buffer(int fd, std::size_t size_bytes);
void set_no_delay(int fd, bool on);
void set_keepalive(int fd, base::Duration idle, base::Duration interval, int count);
void set_user_timeout(int fd, base::Duration timeout);

}  // namespace freshet::uv
