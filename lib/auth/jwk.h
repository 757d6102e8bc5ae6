#pragma once

#include <nlohmann/json.hpp>

#include "auth/key.h"

namespace freshet::auth {

inline constexpr std::size_t kMaxKidBytes = 256;

/// The key of one JWK (RFC 7517, RFC 8037), with its `kid` and held to its `alg`; private members are not looked at.
/// An error in words when it cannot check signatures here.
base::Result<Key> read_jwk(const nlohmann::json& jwk);

}  // namespace freshet::auth
