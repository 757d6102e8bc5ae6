#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.h"
#include "http/request.h"
#include "http/response.h"

namespace freshet::test {

/// A request as the parser would hand it on.
inline http::Request request(std::string method, std::string path, std::string query = {},
                             std::vector<http::Header> headers = {}) {
  http::Request request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.query = std::move(query);
  request.headers = std::move(headers);
  return request;
}

/// The value of a header, or "none"; "twice" when it is there more than once.
inline std::string header_of(const std::vector<http::Header>& headers, std::string_view name) {
  std::string value = "none";
  for (const auto& header : headers) {
    if (base::equals_ignoring_case(header.name, name)) value = value == "none" ? header.value : "twice";
  }
  return value;
}

}  // namespace freshet::test
