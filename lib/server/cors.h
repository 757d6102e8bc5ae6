#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/request.h"
#include "server/settings.h"

namespace freshet::server {

/// The headers that a cross-origin request is owed; none at all where its Origin is not allowed. A request without
/// Origin is nobody's business here. Answers differ by origin, so caches are told (`Vary`).
std::optional<std::vector<http::Header>> cors_headers(const http::Request& request, const Settings& settings);
/// Those that a preflight gets in addition.
void add_preflight_headers(const http::Request& request, std::vector<http::Header>& headers);

}  // namespace freshet::server
