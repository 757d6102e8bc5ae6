#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/identity.h"
#include "base/error.h"

namespace freshet::auth {

/// What is open to whom. Part of the configuration; holds no state.
struct Policy {
  std::vector<std::string> public_channels{};  ///< globs of the channels that anyone may read
  std::string user_channel = "user:{sub}";     ///< the template of a user's own channel

  friend bool operator==(const Policy&, const Policy&) = default;
};

/// Whether anyone may read `channel`.
bool is_public(const Policy& policy, std::string_view channel);

/// Whether `identity` (null: nobody) may read `channel`: it is public, their own, or one of their globs matches.
bool may_read(const Policy& policy, const Identity* identity, std::string_view channel);

/// The name of their own channel. An error when they have no subject, or one that makes no valid channel name.
base::Result<std::string> own_channel(const Policy& policy, const Identity& identity);

}  // namespace freshet::auth
