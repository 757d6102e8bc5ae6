#pragma once

#include <string_view>

#include "base/error.h"
#include "config/config.h"

namespace freshet::config {

/// Whether `--dev` may be used: an error when it is on and a listener can be reached from another machine. Wrong
/// usage, not a wrong configuration. Sockets that were passed by systemd are the caller's to check.
base::Result<void> check_dev(const Config& config);

/// Gives the instance its name, `automatic` unless one is configured, and puts it in place of `{instance}` in the
/// paths and ports of listeners. Of `automatic` the last 64 bytes are taken, with `-` for what a name may not hold. An
/// error when a path becomes too long for a socket, or a port is none.
base::Result<void> resolve_instance(Config& config, std::string_view automatic);

}  // namespace freshet::config
