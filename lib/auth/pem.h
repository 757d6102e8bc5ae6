#pragma once

#include <string_view>
#include <vector>

#include "auth/key.h"

namespace freshet::auth {

/// All public keys of a PEM text, in its order; see Keyring::add_pem for what is refused.
base::Result<std::vector<Key>> read_pem(std::string_view text);

}  // namespace freshet::auth
