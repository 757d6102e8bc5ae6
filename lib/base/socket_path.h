#pragma once

#include <cstddef>
#include <sys/un.h>

namespace freshet::base {

/// Longest path of a unix socket that the kernel takes, without its NUL: 107 bytes.
inline constexpr std::size_t kMaxSocketPathBytes = sizeof(sockaddr_un::sun_path) - 1;

}  // namespace freshet::base
