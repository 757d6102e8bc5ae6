#include "server/public_routes.h"

#include <algorithm>
#include <utility>

#include "base/glob.h"
#include "broker/channel_name.h"
#include "http/query.h"
#include "server/cors.h"

namespace freshet::server {
namespace {

constexpr std::string_view kEventStream = "text/event-stream";
/// Parameters of a query besides its channels.
constexpr std::size_t kOtherParameters = 16;

std::vector<http::Header> stream_headers() {
  return {{"Content-Type", std::string(kEventStream)},
          {"Cache-Control", "no-cache, no-transform"},
          {"X-Accel-Buffering", "no"}};
}

http::Response with(http::Response response, const std::vector<http::Header>& headers) {
  response.headers.insert(response.headers.end(), headers.begin(), headers.end());
  return response;
}

}  // namespace

Answer PublicRoutes::handle(const http::Request& request, const uv::Peer& /*peer*/) {
  const bool star = request.path == "*" && request.method == "OPTIONS";
  if (request.path != "/events" && !star) {
    return http::to_response({404, "there is nothing here; event streams are at /events"});
  }
  auto headers = cors_headers(request, settings_);
  if (!headers) {
    ++statistics_.outcomes["forbidden"];
    return http::to_response({403, "the origin of this page is not allowed; cors.origins lists those that are"});
  }
  if (request.method == "OPTIONS") {
    if (request.header("Origin") != nullptr) add_preflight_headers(request, *headers);
    headers->push_back({"Allow", "GET, HEAD, OPTIONS"});
    return http::Response{204, std::move(*headers), {}};
  }
  if (request.method != "GET" && request.method != "HEAD") {
    headers->push_back({"Allow", "GET, HEAD, OPTIONS"});
    return with(http::to_response({405, "an event stream is read with GET"}), *headers);
  }
  return events(request, std::move(*headers));
}

Answer PublicRoutes::events(const http::Request& request, std::vector<http::Header> headers) {
  const auto refuse = [&](const http::Problem& problem) {
    if (problem.status == 401) {
      ++statistics_.auth_failures["missing"];
      headers.push_back({"WWW-Authenticate", "Bearer realm=\"freshet\""});
    }
    ++statistics_.outcomes[problem.status == 401 ? "unauthorized" : "invalid"];
    return with(http::to_response(problem), headers);
  };
  if (!request.accepts(kEventStream)) return refuse({406, "only text/event-stream is served here"});
  auto stream = read(request);
  if (!stream) return refuse(stream.error());
  for (const auto& channel : stream->channels) {
    if (!may_read(channel)) return refuse({401, "channel " + channel + " is not public: a token is needed"});
  }
  if (request.method == "GET" && statistics_.streams >= settings_.connections) return shed("connections", headers);
  stream->headers = stream_headers();
  stream->headers.insert(stream->headers.end(), headers.begin(), headers.end());
  return std::move(*stream);
}

tl::expected<OpenStream, http::Problem> PublicRoutes::read(const http::Request& request) const {
  const auto invalid = [](std::string detail) {
    return tl::unexpected<http::Problem>(http::Problem{400, std::move(detail)});
  };
  const auto pairs = http::parse_query(request.query, settings_.channels_per_connection + kOtherParameters);
  if (!pairs) return invalid("the query: " + pairs.error().message);
  OpenStream stream;
  std::string from_query;
  for (const auto& [name, value] : *pairs) {
    if (name == "channel") {
      if (value == "@me") {
        return tl::unexpected<http::Problem>(http::Problem{401, "channel @me: the request carries no identity"});
      }
      if (auto checked = broker::check_channel_name(value); !checked) return invalid(checked.error().message);
      if (std::find(stream.channels.begin(), stream.channels.end(), value) == stream.channels.end()) {
        stream.channels.push_back(value);
      }
    } else if (name == "last_event_id" || name == "lastEventId" || name == "lastEventID") {
      if (!value.empty()) from_query = value;
    }
  }
  if (stream.channels.empty()) return invalid("no channel: say which with channel=NAME");
  if (stream.channels.size() > settings_.channels_per_connection) {
    return invalid(std::to_string(stream.channels.size()) + " channels: the limit for one stream is " +
                   std::to_string(settings_.channels_per_connection));
  }
  const auto* header = request.header("Last-Event-ID");
  if (header != nullptr && !header->empty()) {
    stream.cursor = broker::Cursor::parse(*header);
  } else if (from_query == "earliest") {
    stream.cursor.kind = broker::Cursor::Kind::kEarliest;
  } else {
    stream.cursor = broker::Cursor::parse(from_query);
  }
  return stream;
}

bool PublicRoutes::may_read(const std::string& channel) const {
  const auto& open = settings_.public_channels;
  return settings_.dev ||
         std::any_of(open.begin(), open.end(), [&](const auto& glob) { return base::glob_match(glob, channel); });
}

http::Response PublicRoutes::shed(const std::string& reason, std::vector<http::Header> headers) {
  ++statistics_.outcomes["shed"];
  ++statistics_.shed[reason];
  auto all = stream_headers();
  all.insert(all.end(), headers.begin(), headers.end());
  const auto retry = settings_.retry.count();
  return {200, std::move(all), "retry: " + std::to_string(random_.between(retry * 3 / 4, retry * 5 / 4)) + "\n\n"};
}

}  // namespace freshet::server
