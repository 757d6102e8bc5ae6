#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "http/problem.h"
#include "http/request.h"

namespace freshet::server {

/// Keeps web pages away from the operator's loopback: refuses every request whose Host is neither an address, localhost
/// nor one of `hosts` (DNS rebinding), and those that change something with an Origin of another host (CSRF).
std::optional<http::Problem> guard_host(const http::Request& request, const std::vector<std::string>& hosts);

/// Streams hold a connection for long, so those that a page of another site asks for are refused, though it could read
/// none of them.
std::optional<http::Problem> guard_stream(const http::Request& request);

}  // namespace freshet::server
