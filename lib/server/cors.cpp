#include "server/cors.h"

#include <algorithm>

namespace freshet::server {

std::optional<std::vector<http::Header>> cors_headers(const http::Request& request, const Settings& settings) {
  const auto& origins = settings.cors_origins;
  const bool any = origins.size() == 1 && origins.front() == "*";
  std::vector<http::Header> headers;
  if (!origins.empty() && !any) headers.push_back({"Vary", "Origin"});
  const auto* origin = request.header("Origin");
  if (origin == nullptr) return headers;
  if (any) {
    headers.push_back({"Access-Control-Allow-Origin", "*"});
    return headers;
  }
  if (std::find(origins.begin(), origins.end(), *origin) == origins.end()) return std::nullopt;
  headers.push_back({"Access-Control-Allow-Origin", *origin});
  if (settings.cors_credentials) headers.push_back({"Access-Control-Allow-Credentials", "true"});
  return headers;
}

void add_preflight_headers(const http::Request& request, std::vector<http::Header>& headers) {
  headers.push_back({"Access-Control-Allow-Methods", "GET, HEAD"});
  const auto* wanted = request.header("Access-Control-Request-Headers");
  headers.push_back(
      {"Access-Control-Allow-Headers", wanted != nullptr ? *wanted : "Authorization, Cache-Control, Last-Event-ID"});
  headers.push_back({"Access-Control-Max-Age", "600"});
}

}  // namespace freshet::server
