#pragma once

#include <optional>
#include <string>
#include <vector>

#include "auth/keyring.h"
#include "auth/publish_keys.h"
#include "base/error.h"
#include "config/config.h"

namespace freshet {

/// What the files that the configuration names hold: whom to believe.
struct Credentials {
  auth::Keyring keys;
  std::optional<auth::PublishKeys> publish_keys;  ///< none: no file is configured; one may hold no key
  std::vector<std::string> notes;                 ///< what was skipped or looks wrong, for the log
};

/// Reads them. Errors name the key of the configuration and the file, never what is in it.
tl::expected<Credentials, std::vector<base::Error>> load_credentials(const config::Config& config);

}  // namespace freshet
