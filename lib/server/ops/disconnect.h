#pragma once

#include <optional>
#include <string_view>

#include "http/problem.h"
#include "http/request.h"
#include "server/control_message.h"
#include "server/revocations.h"
#include "server/routes.h"

namespace freshet::server {

/// What `path` names if it is `/users/{sub}/connections` or `/channels/{name}/connections`, still percent-encoded.
struct ConnectionsPath {
  Disconnect::Target target = Disconnect::Target::kUser;
  std::string_view name;
};
std::optional<ConnectionsPath> connections_path(std::string_view path);

/// What `DELETE …/connections[?for=10m]` asks for.
tl::expected<Disconnect, http::Problem> read_disconnect(const ConnectionsPath& path, const http::Request& request);

/// Tells all instances, and answers 202 with how many of them were told, or 503.
Later disconnect(Revocations& revocations, Disconnect disconnect);

}  // namespace freshet::server
