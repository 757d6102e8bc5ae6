#include "http/problem.h"

#include <nlohmann/json.hpp>

namespace freshet::http {

Response to_response(const Problem& problem) {
  nlohmann::ordered_json json;
  json["type"] = problem.type;
  json["title"] = reason_phrase(problem.status);
  json["status"] = problem.status;
  if (!problem.detail.empty()) json["detail"] = problem.detail;
  return {.status = problem.status,
          .headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}},
          .body = json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n'};
}

}  // namespace freshet::http
