#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "auth/rejection.h"
#include "auth/token_cache.h"

namespace freshet::auth {

/// Times beyond the year 9999 are no Unix seconds: milliseconds most likely.
inline constexpr std::int64_t kLastSecond = 253'402'300'799;

/// What the payload of a token with a good signature says, its issuer and audience checked (an empty demand is none),
/// its times read but not compared with the clock.
///
/// Globs to read are the list `channels`. An object `freshet` with the lists `subscribe` and `publish` takes its place,
/// and then `channels` may be anything, as it may be someone else's claim. Unknown claims are not looked at.
tl::expected<VerifiedToken, Rejection> read_claims(std::string_view payload, const std::string& issuer,
                                                   const std::string& audience);

}  // namespace freshet::auth
