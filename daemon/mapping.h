#pragma once

#include <string>

#include "auth/verifier.h"
#include "broker/dataset.h"
#include "broker/hub.h"
#include "config/config.h"
#include "redis/redis_backplane.h"
#include "server/settings.h"
#include "uv/address.h"

/// The configuration in the words of the rooms that act on it: none of them knows the file.
namespace freshet {

server::Settings settings_from(const config::Config& config);
auth::Verifier::Options verifier_options(const config::Jwt& jwt);
broker::Hub::Options hub_options(const config::History& history);
broker::Dataset::Options dataset_options(const config::History& history);
redis::RedisBackplane::Options redis_options(const config::Config& config, std::uint64_t seed);
uv::Address address_from(const config::Address& address);
config::LogLevel level_from(redis::Level level);

}  // namespace freshet
