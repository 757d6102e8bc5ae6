#include "ctl/http.h"

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "ctl/text.h"
#include "ctl/transfer.h"
#include "http/response.h"

namespace freshet::ctl {
namespace {

constexpr int kWaitMs = 1000;
constexpr std::size_t kQuotedBytes = 300;

std::string detail_of(const HttpHead& head, std::string_view body) {
  const bool json = head.media_type() == "application/problem+json";
  const auto problem = json ? nlohmann::json::parse(body, nullptr, false) : nlohmann::json();
  if (problem.is_object() && problem.contains("detail") && problem["detail"].is_string()) {
    return one_line(problem["detail"].get<std::string>(), kQuotedBytes);
  }
  return head.media_type() == "text/plain" ? one_line(base::trim(body), kQuotedBytes) : std::string();
}

}  // namespace

HttpRequest HttpRequest::to(const Endpoint& endpoint, std::string_view path_and_query) {
  HttpRequest request;
  request.url = endpoint.url(path_and_query);
  request.unix_socket = endpoint.unix_socket;
  request.direct = true;
  return request;
}

std::string_view HttpHead::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const auto& each) { return each.first == name; });
  return found == headers.end() ? std::string_view() : found->second;
}

std::string HttpHead::media_type() const {
  const auto type = header("content-type");
  return base::to_lower(base::trim(type.substr(0, type.find(';'))));
}

std::vector<HttpResult> fetch_all(std::vector<HttpRequest> requests) {
  const Multi multi(curl_multi_init());
  std::vector<std::unique_ptr<Transfer>> transfers;
  transfers.reserve(requests.size());
  for (auto& request : requests) transfers.push_back(std::make_unique<Transfer>(multi.get(), std::move(request)));
  const auto all_ended = [&] {
    return std::all_of(transfers.begin(), transfers.end(), [](const auto& each) { return each->ended(); });
  };
  for (drive(multi.get()); !all_ended(); drive(multi.get())) {
    curl_multi_poll(multi.get(), nullptr, 0, kWaitMs, nullptr);
  }
  std::vector<HttpResult> replies;
  replies.reserve(transfers.size());
  for (const auto& transfer : transfers) {
    if (auto failure = transfer->failure()) {
      replies.emplace_back(tl::unexpected(std::move(*failure)));
    } else {
      replies.emplace_back(HttpReply{transfer->head(), transfer->take_body()});
    }
  }
  return replies;
}

HttpResult fetch(HttpRequest request) {
  std::vector<HttpRequest> requests;
  requests.push_back(std::move(request));
  return std::move(fetch_all(std::move(requests)).front());
}

std::string describe(const HttpHead& head, std::string_view body) {
  const auto words = http::reason_phrase(static_cast<int>(head.status));
  const auto detail = detail_of(head, body);
  auto text = std::to_string(head.status);
  if (!words.empty()) text.append(" ").append(words);
  if (!detail.empty()) text.append(": ").append(detail);
  return text;
}

}  // namespace freshet::ctl
