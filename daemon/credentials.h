#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/keyring.h"
#include "auth/publish_keys.h"
#include "base/error.h"
#include "config/config.h"

namespace freshet {

/// What the files that the configuration names hold: whom to believe.
struct Credentials {
  auth::Keyring keys;
  auth::PublishKeys publish_keys;
  std::vector<std::string> notes;  ///< entries that were skipped, and why, for the log
};

/// Reads them. `fetched_jwks` is the key set from `auth.jwt.jwks_url`, empty while there is none. Errors name the key
/// of the configuration and the file, never what is in it.
tl::expected<Credentials, std::vector<base::Error>> load_credentials(const config::Config& config,
                                                                     std::string_view fetched_jwks);

}  // namespace freshet
