#include "ctl/ops.h"

#include <cerrno>
#include <fstream>
#include <glob.h>
#include <limits>
#include <sstream>
#include <utility>

#include "base/text.h"
#include "ctl/exit_codes.h"
#include "uv/errno_text.h"

namespace freshet::ctl {
namespace {

using config::kInstancePlaceholder;

constexpr std::string_view kDefaultPattern = "/run/freshet/*.ops.sock";
constexpr std::string_view kOpsEnding = ".ops.sock";
constexpr std::size_t kMaxKeyBytes = 4096;
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

std::vector<Endpoint> sockets_like(const std::string& pattern) {
  glob_t found{};
  std::vector<Endpoint> endpoints;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      if (auto endpoint = parse_endpoint("unix:" + std::string(found.gl_pathv[i]))) {
        endpoints.push_back(std::move(*endpoint));
      }
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
  return parse_endpoint(config::to_string(address)).value_or(Endpoint{});
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
    requests.push_back(HttpRequest::to(endpoints.back(), "/"));
    requests.back().timeout = requests.back().connect_timeout = kKnockTimeout;
  }
  const auto replies = fetch_all(std::move(requests));
  std::vector<Endpoint> found;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    if (replies[i] || !replies[i].error().unreached) found.push_back(endpoints[i]);
  }
  if (found.empty()) found.assign(endpoints.begin(), endpoints.begin() + (endpoints.empty() ? 0 : 1));
  return found;
}

std::vector<Endpoint> endpoints_of(const config::Address& listen) {
  return listen.port_pattern.empty() ? std::vector<Endpoint>{endpoint_of(listen)} : endpoints_like(listen);
}

}  // namespace

tl::expected<OpsReach, int> reach_ops(const OpsOptions& options, const CommonOptions& common, const Output& output) {
  OpsReach reach;
  reach.settings = load_settings(common);
  if (reach.settings.file_was_named && !reach.settings.usable()) {
    for (const auto& error : reach.settings.trouble) output.complain(error.message);
    return tl::unexpected<int>(kExitConfig);
  }
  if (!reach.settings.usable() && options.addresses.empty()) {
    output.complain(reach.settings.trouble.front().message + ": the usual addresses are tried");
  }
  auto listeners = choose_listeners(options, reach.settings);
  auto headers = authorization(options.key_file);
  if (!listeners || !headers) {
    output.complain(listeners ? headers.error().message : listeners.error().message);
    return tl::unexpected<int>(kExitUsage);
  }
  reach.listeners = std::move(*listeners);
  reach.headers = std::move(*headers);
  return reach;
}

std::vector<Endpoint> find_listeners(const Settings& settings) {
  const auto& listen = settings.config.ops.listen;
  const bool configured = settings.usable() && !settings.file.empty();
  if (listen.is_unix()) {
    if (auto sockets = sockets_like(pattern_of(listen.unix_path)); !sockets.empty()) return sockets;
  } else if (!configured) {
    if (auto sockets = sockets_like(std::string(kDefaultPattern)); !sockets.empty()) return sockets;
  }
  return endpoints_of(listen);
}

std::vector<Endpoint> find_public_listeners(const Settings& settings) {
  std::vector<Endpoint> endpoints;
  for (const auto& listen : settings.config.listen) {
    if (!listen.is_unix()) {
      for (auto& each : endpoints_of(listen)) endpoints.push_back(std::move(each));
      continue;
    }
    for (auto& socket : sockets_like(pattern_of(listen.unix_path))) {
      // The pattern of the public sockets may well fit those for operations.
      if (!socket.unix_socket.ends_with(kOpsEnding)) endpoints.push_back(std::move(socket));
    }
  }
  return endpoints;
}

base::Result<std::vector<Endpoint>> choose_listeners(const OpsOptions& options, const Settings& settings) {
  if (options.addresses.empty()) return find_listeners(settings);
  std::vector<Endpoint> endpoints;
  endpoints.reserve(options.addresses.size());
  for (const auto& address : options.addresses) {
    auto endpoint = parse_endpoint(address);
    if (!endpoint) return tl::unexpected(endpoint.error());
    endpoints.push_back(std::move(*endpoint));
  }
  return endpoints;
}

base::Result<std::vector<std::string>> authorization(const std::string& file) {
  if (file.empty()) return std::vector<std::string>();
  errno = 0;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream bytes;
  if (stream) bytes << stream.rdbuf();
  if (!stream || stream.bad()) return base::fail(file + ": " + uv::errno_text(errno == 0 ? EIO : errno));
  const auto text = bytes.str();
  std::string_view key = text;
  while (key.ends_with('\n') || key.ends_with('\r')) key.remove_suffix(1);
  key = base::trim(key);
  if (key.empty()) return base::fail(file + ": is empty");
  if (key.size() > kMaxKeyBytes || key.find_first_of("\r\n") != std::string_view::npos) {
    return base::fail(file + ": holds more than one line, or a very long one: a key or token is one line");
  }
  return std::vector<std::string>{"Authorization: Bearer " + std::string(key)};
}

base::Result<HttpReply> ask_any(const std::vector<Endpoint>& listeners, const HttpRequest& request,
                                const std::string& path_and_query) {
  std::string failures;
  for (const auto& listener : listeners) {
    auto attempt = request;
    attempt.url = listener.url(path_and_query);
    attempt.unix_socket = listener.unix_socket;
    attempt.direct = true;
    auto reply = fetch(std::move(attempt));
    if (reply) return std::move(*reply);
    if (!reply.error().unreached) return base::fail(listener.name + ": " + reply.error().message);
    failures += (failures.empty() ? "" : "; ") + listener.name + ": " + reply.error().message;
  }
  return base::fail(failures);
}

}  // namespace freshet::ctl
