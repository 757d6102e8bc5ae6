#pragma once

#include <vector>

#include "broker/backplane.h"
#include "http/problem.h"
#include "http/request.h"
#include "server/ops/access.h"
#include "server/routes.h"

namespace freshet::server {

/// What `POST /publish?channel=C…` asks for: one publication for each channel. The body is the data, whatever its type.
tl::expected<std::vector<broker::Publication>, http::Problem> read_publications(const http::Request& request);

/// Publishes those that the rights allow and answers when the last result is in: the id for one channel; for several
/// the ids and the errors by channel, 200 if at least one was taken.
Later publish(broker::Backplane& backplane, std::vector<broker::Publication> publications, OpsRights rights);

}  // namespace freshet::server
