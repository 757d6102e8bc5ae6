#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/backplane.h"
#include "redis/reply.h"

namespace freshet::redis {

/// `FCALL freshet_publish 1 <channel> <data> …`. Nothing is checked here: the function says what is wrong.
std::vector<std::string> publish_command(broker::Publication publication, const std::string& prefix);
/// What the function has replied: an id, or whose fault it is that there is none.
broker::PublishResult publish_result(Value reply);
broker::PublishResult publish_failure(broker::PublishError::Kind kind, std::string message);

}  // namespace freshet::redis
