#include "server/public_routes.h"

#include <algorithm>
#include <utility>

#include "server/cors.h"
#include "sse/control.h"

namespace freshet::server {
namespace {

// RFC 6750, 3: no error code when the request carried no credentials.
constexpr std::string_view kChallenge = "Bearer realm=\"freshet\"";
constexpr std::string_view kScopeChallenge = "Bearer realm=\"freshet\", error=\"insufficient_scope\"";

/// RFC 6750, 3: neither quotes nor backslashes in an error_description.
std::string invalid_token_challenge(std::string description) {
  std::replace(description.begin(), description.end(), '"', '\'');
  std::replace(description.begin(), description.end(), '\\', '/');
  return std::string(kChallenge) + ", error=\"invalid_token\", error_description=\"" + description + "\"";
}

http::Response with(http::Response response, const std::vector<http::Header>& headers) {
  response.headers.insert(response.headers.end(), headers.begin(), headers.end());
  return response;
}

http::Response without_content(std::vector<http::Header> headers) {
  headers.push_back({"Cache-Control", "no-store"});
  return {204, std::move(headers), {}};
}

}  // namespace

Answer PublicRoutes::handle(const http::Request& request, const uv::Peer& peer) {
  const bool star = request.path == "*" && request.method == "OPTIONS";
  if (request.path != "/events" && !star) {
    return with(http::to_response({404, "there is nothing here; event streams are at /events"}),
                refusal_headers(request));
  }
  auto headers = cors_headers(request, settings_);
  if (!headers) {
    return refuse({403, "the origin of this page is not allowed; cors.origins lists those that are"}, {});
  }
  if (request.method == "OPTIONS") {
    if (request.header("Origin") != nullptr) add_preflight_headers(request, *headers);
    headers->push_back({"Allow", "GET, HEAD, OPTIONS"});
    return without_content(std::move(*headers));
  }
  if (request.method != "GET" && request.method != "HEAD") {
    headers->push_back({"Allow", "GET, HEAD, OPTIONS"});
    return with(http::to_response({405, "an event stream is read with GET"}), *headers);
  }
  return events(request, peer, std::move(*headers));
}

std::vector<http::Header> PublicRoutes::refusal_headers(const http::Request& request) const {
  return cors_headers(request, settings_).value_or(Headers());
}

Answer PublicRoutes::events(const http::Request& request, const uv::Peer& peer, Headers headers) {
  if (!request.accepts(kEventStream)) return refuse({406, "only text/event-stream is served here"}, headers);
  auto wanted = read_stream_request(request, settings_);
  if (!wanted) return refuse(wanted.error(), headers);

  std::optional<auth::Identity> identity;
  if (!is_open(*wanted)) {
    auto identified = gate_.identify(request, peer, wanted->token);
    if (!identified) return reject(request, identified.error(), headers);
    identity = std::move(*identified);
    if (auto refused = authorize(identity, *wanted, headers)) return std::move(*refused);
    if (identity && barred_(*identity)) {
      ++statistics_.outcomes["barred"];
      return without_content(std::move(headers));
    }
  }

  OpenStream stream{stream_headers(headers), std::move(wanted->channels), wanted->cursor, {}};
  if (identity) stream.caller = caller_of(*identity, settings_.leeway);
  stream.caller.address = gate_.client_address(request, peer);
  if (request.method == "HEAD") return stream;
  if (auto answer = turn_away(stream.caller, headers)) return std::move(*answer);
  return stream;
}

std::optional<http::Response> PublicRoutes::turn_away(const Caller& caller, const Headers& headers) {
  const auto limit = full_limit(caller);
  if (!limit) return std::nullopt;
  ++statistics_.outcomes["shed"];
  ++statistics_.shed[*limit];
  return come_back(settings_.retry, {}, headers);
}

bool PublicRoutes::is_open(const StreamRequest& wanted) const {
  if (wanted.own || wanted.channels.empty()) return false;
  return settings_.dev || std::all_of(wanted.channels.begin(), wanted.channels.end(),
                                      [&](const auto& channel) { return auth::is_public(settings_.policy, channel); });
}

std::optional<http::Response> PublicRoutes::authorize(const std::optional<auth::Identity>& identity,
                                                      StreamRequest& wanted, const Headers& headers) {
  const bool nothing_named = wanted.channels.empty() && !wanted.own;
  if (!identity && nothing_named) return refuse({400, "no channel: say which with channel=NAME"}, headers);
  if (wanted.own || nothing_named) {
    if (!identity) return refuse({401, "channel @me: the request carries no identity"}, headers, kChallenge);
    const auto own = auth::own_channel(settings_.policy, *identity);
    if (!own) return refuse({403, "channel @me: " + own.error().message}, headers);
    if (std::find(wanted.channels.begin(), wanted.channels.end(), *own) == wanted.channels.end()) {
      wanted.channels.push_back(*own);
    }
  }
  for (const auto& channel : wanted.channels) {
    if (settings_.dev || auth::may_read(settings_.policy, identity ? &*identity : nullptr, channel)) continue;
    if (!identity)
      return refuse({401, "channel " + channel + " is not public: a token is needed"}, headers, kChallenge);
    return refuse({403, "channel " + channel + " is not among those that the caller may read"}, headers,
                  kScopeChallenge);
  }
  return std::nullopt;
}

http::Response PublicRoutes::reject(const http::Request& request, const auth::Rejection& rejection,
                                    const Headers& headers) {
  const bool expired = rejection.reason == auth::Rejection::Reason::kExpired;
  if (expired && settings_.retry_expired && request.names(kEventStream)) {
    ++statistics_.auth_failures["expired"];
    ++statistics_.outcomes["unauthorized"];
    return come_back(settings_.expired_retry, sse::stream_unauthorized()->plain(), headers);
  }
  if (rejection.for_now) {
    ++statistics_.outcomes["shed"];
    ++statistics_.shed[Shed::kKeys];
    return come_back(settings_.retry, {}, headers);
  }
  ++statistics_.auth_failures[std::string(auth::to_string(rejection.reason))];
  ++statistics_.outcomes["unauthorized"];
  auto all = headers;
  all.push_back({"WWW-Authenticate", invalid_token_challenge(rejection.description)});
  const bool complete = rejection.description.starts_with("the token");
  return with(http::to_response({401, (complete ? "" : "the token: ") + rejection.description}), all);
}

http::Response PublicRoutes::refuse(const http::Problem& problem, Headers headers, std::string_view challenge) {
  const bool unauthorized = problem.status == 401;
  const bool forbidden = problem.status == 403;
  ++statistics_.outcomes[unauthorized ? "unauthorized" : forbidden ? "forbidden" : "invalid"];
  if (unauthorized) ++statistics_.auth_failures["missing"];
  if (forbidden && !challenge.empty()) ++statistics_.auth_failures["forbidden"];
  if (!challenge.empty()) headers.push_back({"WWW-Authenticate", std::string(challenge)});
  return with(http::to_response(problem), headers);
}

std::optional<Shed> PublicRoutes::full_limit(const Caller& caller) {
  if (statistics_.streams >= settings_.connections) return Shed::kConnections;
  if (conditions_.memory_full) return Shed::kMemory;
  if (!caller.subject.empty() && settings_.connections_per_user > 0 &&
      !quotas_.has_room(Quotas::user_key(caller.subject), settings_.connections_per_user)) {
    return Shed::kConnectionsPerUser;
  }
  if (caller.address && settings_.connections_per_address > 0 &&
      !quotas_.has_room(Quotas::address_key(*caller.address), settings_.connections_per_address)) {
    return Shed::kConnectionsPerAddress;
  }
  const auto rate = static_cast<double>(settings_.connection_rate);
  if (!rate_.take(clock_.now(), rate, static_cast<double>(settings_.connection_burst))) return Shed::kConnectionRate;
  return std::nullopt;
}

http::Response PublicRoutes::come_back(std::chrono::milliseconds delay, std::string_view event,
                                       const Headers& headers) {
  const auto jittered = random_.between(delay.count() * 3 / 4, delay.count() * 5 / 4);
  // The event's own lines follow the retry within one block where there is one: a blank line of its own would be an
  // empty event to some clients.
  std::string body = "retry: " + std::to_string(jittered) + "\n";
  body += event.empty() ? "\n" : std::string(event);
  return {200, stream_headers(headers), std::move(body)};
}

}  // namespace freshet::server
