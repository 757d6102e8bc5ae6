#include "server/ops/host_guard.h"

#include <algorithm>

#include "base/text.h"

namespace freshet::server {
namespace {

/// Without the port; IPv6 addresses keep their brackets.
std::string_view host_name(std::string_view authority) {
  const auto end = authority.find(':', authority.front() == '[' ? authority.find(']') : 0);
  return authority.substr(0, end);
}

/// Whether an Origin is that of the listener itself, with or without TLS in front of it.
bool is_own(std::string_view origin, std::string_view authority) {
  return origin == "http://" + std::string(authority) || origin == "https://" + std::string(authority);
}

bool is_address(std::string_view host) {
  if (host.front() == '[') {
    return host.back() == ']' && host.find(':') != std::string_view::npos &&
           host.find_first_not_of("0123456789abcdef:.[]") == std::string_view::npos;
  }
  return host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

std::optional<http::Problem> guard_host(const http::Request& request, const std::vector<std::string>& hosts) {
  const auto* host = request.header("Host");
  const std::string_view authority = host == nullptr ? std::string_view() : *host;
  if (!authority.empty()) {
    const auto name = base::to_lower(host_name(authority));
    const bool known = !name.empty() && (is_address(name) || name == "localhost" ||
                                         std::find(hosts.begin(), hosts.end(), name) != hosts.end());
    if (!known) return http::Problem{403, "this host name is not in ops.hosts"};
  }
  const auto* origin = request.header("Origin");
  const bool changes = request.method != "GET" && request.method != "HEAD";
  if (changes && origin != nullptr && authority.empty()) {
    return http::Problem{403, "a page may not change anything here without a Host"};
  }
  if (changes && origin != nullptr && !is_own(*origin, authority)) {
    return http::Problem{403, "a page of another origin may not change anything here"};
  }
  return std::nullopt;
}

std::optional<http::Problem> guard_stream(const http::Request& request) {
  // Browsers send the one, the other or both, by the kind of the request.
  const auto* site = request.header("Sec-Fetch-Site");
  const auto* origin = request.header("Origin");
  const auto* host = request.header("Host");
  const bool foreign = (site != nullptr && (*site == "cross-site" || *site == "same-site")) ||
                       (origin != nullptr && (host == nullptr || !is_own(*origin, *host)));
  if (!foreign) return std::nullopt;
  return http::Problem{403, "a page of another site may open no stream here"};
}

}  // namespace freshet::server
