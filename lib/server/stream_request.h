#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "broker/cursor.h"
#include "http/header.h"
#include "http/problem.h"
#include "http/request.h"
#include "server/settings.h"

namespace freshet::server {

inline constexpr std::string_view kEventStream = "text/event-stream";

/// What the query and the headers of `GET /events` ask for, on either listener.
struct StreamRequest {
  std::vector<std::string> channels;  ///< named ones, checked, without repeats
  bool own = false;                   ///< and the caller's own, `@me`
  broker::Cursor cursor;
  std::string token;  ///< `access_token`
};

tl::expected<StreamRequest, http::Problem> read_stream_request(const http::Request& request, const Settings& settings);

/// The headers of every event stream, followed by `more`: nothing on the way may keep it or hold it back.
std::vector<http::Header> stream_headers(const std::vector<http::Header>& more);

}  // namespace freshet::server
