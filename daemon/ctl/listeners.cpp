#include "ctl/listeners.h"

#include <glob.h>
#include <limits>
#include <utility>

#include "base/text.h"

namespace freshet::ctl {
namespace {

using config::kInstancePlaceholder;

constexpr std::string_view kUsualSockets = "/run/freshet/{instance}.ops.sock";
constexpr std::string_view kOpsEnding = ".ops.sock";
/// Instances of one machine that are looked for by their numbers.
constexpr std::size_t kMostNumbered = 100;
constexpr std::chrono::milliseconds kKnockTimeout{500};

/// A path of the configuration as a pattern for glob(3).
std::string pattern_of(std::string_view path) {
  std::string pattern;
  while (!path.empty()) {
    if (path.starts_with(kInstancePlaceholder)) {
      pattern += '*';
      path.remove_prefix(kInstancePlaceholder.size());
      continue;
    }
    if (std::string_view("*?[\\").find(path.front()) != std::string_view::npos) pattern += '\\';
    pattern += path.front();
    path.remove_prefix(1);
  }
  return pattern;
}

/// Of the instance whose socket this is by a path of the configuration; empty when that cannot be told.
std::string instance_in(std::string_view socket, std::string_view path) {
  const auto at = path.find(kInstancePlaceholder);
  if (at == std::string_view::npos) return {};
  const auto before = path.substr(0, at);
  const auto after = path.substr(at + kInstancePlaceholder.size());
  const bool fits =
      socket.size() > before.size() + after.size() && socket.starts_with(before) && socket.ends_with(after);
  if (!fits) return {};
  return std::string(socket.substr(at, socket.size() - before.size() - after.size()));
}

std::vector<Endpoint> sockets_like(std::string_view path) {
  glob_t found{};
  std::vector<Endpoint> endpoints;
  if (glob(pattern_of(path).c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      auto endpoint = parse_endpoint("unix:" + std::string(found.gl_pathv[i]));
      if (!endpoint) continue;
      endpoint->instance = instance_in(endpoint->unix_socket, path);
      endpoints.push_back(std::move(*endpoint));
    }
  }
  globfree(&found);
  return endpoints;
}

/// How to connect to what a daemon listens on.
Endpoint endpoint_of(config::Address address) {
  address.port_pattern.clear();
  if (address.host == "0.0.0.0") address.host = "127.0.0.1";
  if (address.host == "::") address.host = "::1";
  auto endpoint = parse_endpoint(config::to_string(address)).value_or(Endpoint{});
  endpoint.fits_nothing = endpoint.unix_socket.find(kInstancePlaceholder) != std::string::npos;
  return endpoint;
}

/// What a listener with `{instance}` in its port can mean: instances that are called by numbers, as far as something
/// listens there; or the first one.
std::vector<Endpoint> endpoints_like(const config::Address& pattern) {
  std::vector<Endpoint> endpoints;
  std::vector<HttpRequest> requests;
  for (std::size_t instance = 0; instance < kMostNumbered; ++instance) {
    auto text = pattern.port_pattern;
    text.replace(text.find(kInstancePlaceholder), kInstancePlaceholder.size(), std::to_string(instance));
    const auto port = base::parse_decimal(text);
    if (!port || *port == 0 || *port > std::numeric_limits<std::uint16_t>::max()) continue;
    auto address = pattern;
    address.port = static_cast<std::uint16_t>(*port);
    endpoints.push_back(endpoint_of(address));
    endpoints.back().instance = std::to_string(instance);
    requests.push_back(HttpRequest::to(endpoints.back(), "/"));
    requests.back().timeout = requests.back().connect_timeout = kKnockTimeout;
  }
  const auto replies = fetch_all(std::move(requests));
  std::vector<Endpoint> found;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    if (replies[i] || !replies[i].error().unreached) found.push_back(endpoints[i]);
  }
  if (found.empty() && !endpoints.empty()) {
    found.push_back(endpoints.front());
    found.front().origin = "nor does any other port of " + pattern.host + ':' + pattern.port_pattern + " answer";
  }
  return found;
}

std::vector<Endpoint> endpoints_of(const config::Address& listen) {
  return listen.port_pattern.empty() ? std::vector<Endpoint>{endpoint_of(listen)} : endpoints_like(listen);
}

/// Where the address comes from that nobody has named.
std::string origin_of_default(const Settings& settings) {
  if (settings.file.empty()) return std::string("default: no ") + kDefaultConfigFile;
  return "default: " + settings.file + " is not used";
}

}  // namespace

std::vector<Endpoint> find_listeners(const Settings& settings) {
  const auto& listen = settings.config.ops.listen;
  const bool configured = settings.usable() && !settings.file.empty();
  if (listen.is_unix()) {
    if (auto sockets = sockets_like(listen.unix_path); !sockets.empty()) return sockets;
  } else if (!configured) {
    if (auto sockets = sockets_like(kUsualSockets); !sockets.empty()) return sockets;
  }
  auto endpoints = endpoints_of(listen);
  if (!configured && listen == config::Config().ops.listen) {
    for (auto& endpoint : endpoints) endpoint.origin = origin_of_default(settings);
  }
  return endpoints;
}

std::vector<Endpoint> find_public_listeners(const Settings& settings) {
  std::vector<Endpoint> endpoints;
  for (const auto& listen : settings.config.listen) {
    if (!listen.is_unix()) {
      for (auto& each : endpoints_of(listen)) endpoints.push_back(std::move(each));
      continue;
    }
    for (auto& socket : sockets_like(listen.unix_path)) {
      // The pattern of the public sockets may well fit those for operations.
      if (!socket.unix_socket.ends_with(kOpsEnding)) endpoints.push_back(std::move(socket));
    }
  }
  return endpoints;
}

base::Result<std::vector<Endpoint>> choose_listeners(const std::vector<std::string>& addresses,
                                                     const Settings& settings) {
  if (addresses.empty()) return find_listeners(settings);
  std::vector<Endpoint> endpoints;
  endpoints.reserve(addresses.size());
  for (const auto& address : addresses) {
    auto endpoint = parse_endpoint(address);
    if (!endpoint) return tl::unexpected(endpoint.error());
    for (const std::string_view path : {std::string_view(settings.config.ops.listen.unix_path), kUsualSockets}) {
      if (endpoint->instance.empty()) endpoint->instance = instance_in(endpoint->unix_socket, path);
    }
    endpoints.push_back(std::move(*endpoint));
  }
  return endpoints;
}

std::string why_silent(const Endpoint& listener, const HttpFailure& failure) {
  if (listener.fits_nothing) return "nothing fits this pattern: " + std::string(kStartsInstance);
  return failure.message + (listener.origin.empty() ? "" : " (" + listener.origin + ')');
}

}  // namespace freshet::ctl
