#include "server/stream_request.h"

#include <algorithm>

#include "base/channel_name.h"
#include "http/query.h"

namespace freshet::server {
namespace {

/// Parameters of a query besides its channels.
constexpr std::size_t kOtherParameters = 16;

}  // namespace

tl::expected<StreamRequest, http::Problem> read_stream_request(const http::Request& request, const Settings& settings) {
  const auto invalid = [](std::string detail) {
    return tl::unexpected<http::Problem>(http::Problem{400, std::move(detail)});
  };
  const auto pairs = http::parse_query(request.query, settings.channels_per_connection + kOtherParameters);
  if (!pairs) return invalid("the query: " + pairs.error().message);
  StreamRequest wanted;
  std::string cursor;
  for (const auto& [name, value] : *pairs) {
    if (name == "channel" && value == "@me") {
      wanted.own = true;
    } else if (name == "channel") {
      if (auto checked = base::check_channel_name(value); !checked) return invalid(checked.error().message);
      if (std::find(wanted.channels.begin(), wanted.channels.end(), value) == wanted.channels.end()) {
        wanted.channels.push_back(value);
      }
    } else if (name == "last_event_id" || name == "lastEventId" || name == "lastEventID") {
      if (!value.empty()) cursor = value;
    } else if (name == "access_token") {
      wanted.token = value;
    }
  }
  if (wanted.channels.size() + (wanted.own ? 1 : 0) > settings.channels_per_connection) {
    return invalid(std::to_string(wanted.channels.size()) + " channels: the limit for one stream is " +
                   std::to_string(settings.channels_per_connection));
  }
  const auto* header = request.header("Last-Event-ID");
  if (header != nullptr && !header->empty()) {
    wanted.cursor = broker::Cursor::parse(*header);
  } else if (cursor == "earliest") {
    wanted.cursor.kind = broker::Cursor::Kind::kEarliest;
  } else {
    wanted.cursor = broker::Cursor::parse(cursor);
  }
  return wanted;
}

std::vector<http::Header> stream_headers(const std::vector<http::Header>& more) {
  std::vector<http::Header> headers;
  headers.reserve(3 + more.size());
  headers.push_back({"Content-Type", std::string(kEventStream)});
  headers.push_back({"Cache-Control", "no-cache, no-transform"});
  headers.push_back({"X-Accel-Buffering", "no"});
  headers.insert(headers.end(), more.begin(), more.end());
  return headers;
}

}  // namespace freshet::server
