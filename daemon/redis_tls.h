#pragma once

#include <optional>
#include <tl/expected.hpp>
#include <vector>

#include "base/error.h"
#include "config/config.h"
#include "tls/context.h"

namespace freshet {

/// TLS to Redis and the sentinels as the configuration wants it, with the files as they are now; none when it wants
/// none. Errors name the key of the configuration and the file, never what is in it.
tl::expected<std::optional<tls::Context>, std::vector<base::Error>> load_redis_tls(const config::Backplane& backplane);

}  // namespace freshet
