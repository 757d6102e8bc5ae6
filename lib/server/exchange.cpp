#include "server/exchange.h"

#include <utility>

#include "http/problem.h"

namespace freshet::server {

http::Parser::Status Exchange::read(std::string_view bytes, http::Limits limits) {
  if (!parser_) {
    parser_.emplace(limits);
    continued_ = false;
  }
  std::size_t consumed = 0;
  if (has_kept()) {
    const auto status = parser_->feed(backlog_.bytes(), consumed);
    backlog_.consume(consumed);
    return status;
  }
  const auto status = parser_->feed(bytes, consumed);
  if (consumed < bytes.size()) keep(bytes.substr(consumed));
  return status;
}

void Exchange::keep(std::string_view bytes) {
  if (!cut_ && backlog_.add(bytes)) return;
  cut_ = true;
  end_after_answer();
}

void Exchange::forget_input() {
  backlog_.clear();
  cut_ = false;
}

bool Exchange::take_continue() { return parser_ && parser_->wants_continue() && !std::exchange(continued_, true); }

http::Request Exchange::take() {
  auto request = parser_->take();
  parser_.reset();
  minor_version_ = static_cast<std::uint8_t>(request.minor_version);
  keep_alive_ = request.keep_alive && !cut_;
  head_only_ = request.method == "HEAD";
  return request;
}

void Exchange::reject(const http::Problem& problem, const std::vector<http::Header>& headers) {
  auto response = http::to_response(problem);
  response.headers.insert(response.headers.end(), headers.begin(), headers.end());
  keep_alive_ = false;
  head_only_ = false;
  forget_input();
  parser_.reset();
  answer(response);
}

void Exchange::answer(const http::Response& response) {
  output_ += http::encode(response, keep_alive_, minor_version_, head_only_);
}

bool Exchange::answer_stream(const std::vector<http::Header>& headers, http::StreamHeads& heads) {
  output_ += heads.encode(headers, minor_version_, head_only_ && keep_alive_);
  keep_alive_ = keep_alive_ && minor_version_ == 1;
  return head_only_;
}

void Exchange::wrote(std::size_t bytes) {
  written_ += bytes;
  if (written_ < output_.size()) return;
  output_.clear();
  output_.shrink_to_fit();
  written_ = 0;
}

}  // namespace freshet::server
