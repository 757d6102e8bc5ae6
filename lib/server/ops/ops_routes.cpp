#include "server/ops/ops_routes.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/channel_name.h"
#include "http/problem.h"
#include "http/query.h"
#include "server/ops/console.h"
#include "server/ops/host_guard.h"
#include "server/ops/publish.h"
#include "server/stream_request.h"

namespace freshet::server {
namespace {

constexpr std::string_view kChannels = "/channels/";

http::Response plain(std::string body, std::string type) {
  return {200, {{"Content-Type", std::move(type)}, {"Cache-Control", "no-store"}}, std::move(body)};
}

http::Response not_allowed(std::string_view allowed) {
  auto response = http::to_response({405, "this takes " + std::string(allowed)});
  response.headers.push_back({"Allow", std::string(allowed)});
  return response;
}

}  // namespace

Answer OpsRoutes::handle(const http::Request& request, const uv::Peer& /*peer*/) {
  if (const auto refused = guard_host(request, settings_.ops_hosts)) return http::to_response(*refused);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (request.path == "/publish") {
    if (request.method != "POST") return not_allowed("POST");
    return publish_event(request);
  }
  const auto connections = connections_path(request.path);
  if (connections && request.method == "DELETE") return end_connections(*connections, request);
  if (request.path.starts_with(kChannels)) {
    if (reads) return show_channel(request);
    return not_allowed(connections ? "GET, HEAD, DELETE" : "GET, HEAD");
  }
  if (connections) return not_allowed("DELETE");
  static constexpr std::array<std::string_view, 5> kPages{"/livez", "/readyz", "/metrics", "/status", "/events"};
  const auto* file = find_console_file(request.path);
  if (file == nullptr && std::find(kPages.begin(), kPages.end(), request.path) == kPages.end()) {
    return http::to_response({404,
                              "there are /livez, /readyz, /metrics, /status, /events, /publish, /channels/NAME, "
                              "/channels/NAME/connections and /users/SUB/connections; the console is at /"});
  }
  if (!reads) return not_allowed("GET, HEAD");
  if (file != nullptr) return serve(*file, request);
  if (request.path == "/status") return show_status(request);
  if (request.path == "/events") return watch(request);
  if (request.path == "/livez") return plain("{\"status\":\"alive\"}\n", "application/json");
  if (request.path == "/readyz") return ready();
  return plain(sources_.metrics(), "text/plain; version=0.0.4; charset=utf-8");
}

Answer OpsRoutes::publish_event(const http::Request& request) {
  auto rights = access_.judge(request);
  if (!rights) return rights.error();
  auto publications = read_publications(request);
  if (!publications) return http::to_response(publications.error());
  return publish(backplane_, std::move(*publications), std::move(*rights));
}

Answer OpsRoutes::end_connections(const ConnectionsPath& path, const http::Request& request) {
  const auto rights = access_.judge(request);
  if (!rights) return rights.error();
  auto wanted = read_disconnect(path, request);
  if (!wanted) return http::to_response(wanted.error());
  if (wanted->target == Disconnect::Target::kUser && !rights->everywhere()) {
    return http::to_response({403, "only a key for all channels may disconnect users"});
  }
  if (wanted->target == Disconnect::Target::kChannel && !rights->may(wanted->name)) {
    return http::to_response({403, "the key is not for channel " + wanted->name});
  }
  return disconnect(revocations_, std::move(*wanted));
}

http::Response OpsRoutes::show_channel(const http::Request& request) {
  const auto rights = access_.judge(request);
  if (!rights) return rights.error();
  const auto name = http::percent_decode(std::string_view(request.path).substr(kChannels.size()));
  if (!name) return http::to_response({400, "the path: " + name.error().message});
  if (const auto checked = base::check_channel_name(*name); !checked) {
    return http::to_response({400, checked.error().message});
  }
  if (!rights->may(*name)) return http::to_response({403, "the key is not for channel " + *name});
  const auto view = sources_.channel(*name);
  nlohmann::json body{{"subscribers", view.subscribers}, {"last_id", nullptr}};
  if (view.last_id != 0) body["last_id"] = std::to_string(view.last_id);
  return plain(body.dump() + "\n", "application/json");
}

Answer OpsRoutes::show_status(const http::Request& request) {
  const auto rights = access_.judge(request);
  if (!rights) return rights.error();
  if (!request.names(kEventStream)) return plain(sources_.status() + "\n", "application/json");
  if (const auto refused = guard_stream(request)) return http::to_response(*refused);
  auto feed = status_feed_.open();
  feed.caller = caller_of(*rights);
  return feed;
}

Answer OpsRoutes::watch(const http::Request& request) {
  const auto rights = access_.judge(request);
  if (!rights) return rights.error();
  if (const auto refused = guard_stream(request)) return http::to_response(*refused);
  if (!request.accepts(kEventStream)) return http::to_response({406, "only text/event-stream is served here"});
  auto wanted = read_stream_request(request, settings_);
  if (!wanted) return http::to_response(wanted.error());
  if (wanted->own) return http::to_response({400, "@me is a token's user, and there is none here: name the channel"});
  if (wanted->channels.empty()) return http::to_response({400, "no channel: say which with channel=NAME"});
  for (const auto& channel : wanted->channels) {
    if (!rights->may(channel)) return http::to_response({403, "the key is not for channel " + channel});
  }
  OpenStream stream{stream_headers({}), std::move(wanted->channels), wanted->cursor, caller_of(*rights)};
  if (request.method == "HEAD") return stream;
  if (auto answer = sources_.turned_away(stream.caller, {})) return std::move(*answer);
  return stream;
}

Caller OpsRoutes::caller_of(const OpsRights& rights) const {
  return rights.identity() ? server::caller_of(*rights.identity(), settings_.leeway) : Caller();
}

http::Response OpsRoutes::ready() const {
  const auto trouble = sources_.trouble();
  if (trouble.empty()) return plain("{\"status\":\"ready\"}\n", "application/json");
  const nlohmann::json body{{"status", "not ready"}, {"reason", trouble}};
  auto response = plain(body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", "application/json");
  response.status = 503;
  return response;
}

}  // namespace freshet::server
