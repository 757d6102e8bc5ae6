#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "http/parser.h"

namespace freshet::http {

/// What came of a whole parse.
struct Outcome {
  Parser::Status status = Parser::Status::kNeedMore;
  std::size_t consumed = 0;
  Request request;
  Problem problem;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// Feeds `bytes` in pieces of `piece` bytes until the parser has had enough. What it took of a refused request is not
/// promised, and left at 0.
inline Outcome parse(std::string_view bytes, Limits limits = {}, std::size_t piece = std::string_view::npos) {
  Parser parser(limits);
  Outcome outcome;
  while (outcome.status == Parser::Status::kNeedMore && outcome.consumed < bytes.size()) {
    std::size_t consumed = 0;
    outcome.status = parser.feed(bytes.substr(outcome.consumed, piece), consumed);
    outcome.consumed += consumed;
  }
  if (outcome.status == Parser::Status::kComplete) outcome.request = parser.take();
  if (outcome.status == Parser::Status::kFailed) {
    outcome.problem = parser.problem();
    outcome.consumed = 0;
  }
  return outcome;
}

}  // namespace freshet::http
