#include "server/stream_request.h"

#include <set>
#include <utility>

#include "base/channel_name.h"
#include "http/query.h"

namespace freshet::server {
namespace {

/// Parameters of a query besides its channels.
constexpr std::size_t kMaxOtherParameters = 16;

}  // namespace

tl::expected<StreamRequest, http::Problem> read_stream_request(const http::Request& request, const Settings& settings) {
  const auto invalid = [](std::string detail) {
    return tl::unexpected<http::Problem>(http::Problem{400, std::move(detail)});
  };
  StreamRequest wanted;
  std::string cursor;
  std::set<std::string> seen;  // `@me` too
  std::size_t others = 0;
  http::QueryReader query(request.query);
  while (true) {
    auto pair = query.next();
    if (!pair) return invalid("the query: " + pair.error().message);
    if (!*pair) break;
    auto& [name, value] = **pair;
    if (name == "channel") {
      if (!seen.insert(value).second) continue;
      if (seen.size() > settings.channels_per_connection) {
        return invalid("more than " + std::to_string(settings.channels_per_connection) +
                       " channels, the limit for one stream");
      }
      if (value == "@me") {
        wanted.own = true;
        continue;
      }
      if (auto checked = base::check_channel_name(value); !checked) return invalid(checked.error().message);
      wanted.channels.push_back(std::move(value));
      continue;
    }
    if (++others > kMaxOtherParameters) {
      return invalid("the query: more than " + std::to_string(kMaxOtherParameters) + " parameters besides channels");
    }
    if (name == "last_event_id" || name == "lastEventId" || name == "lastEventID") {
      if (!value.empty()) cursor = std::move(value);
    } else if (name == "access_token") {
      wanted.token = std::move(value);
    }
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
