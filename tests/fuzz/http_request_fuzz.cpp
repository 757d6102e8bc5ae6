// Requests cut at any place: the cuts change nothing, and what is let through keeps the promises of http/request.h.
// The first byte of an input chooses the size of the pieces; the rest is what a client sends.

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "base/text.h"
#include "http/query.h"
#include "unit/http/parse.h"

using freshet::http::is_token;
using freshet::http::kMaxHeaders;
using freshet::http::Limits;
using freshet::http::parse;
using freshet::http::parse_query;
using freshet::http::Parser;
using freshet::http::Problem;
using freshet::http::Request;

namespace {

constexpr Limits kLimits{.head_bytes = 512, .body_bytes = 64};

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_text(std::string_view value) {
  return std::all_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

bool is_visible(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

void check_request(const Request& request) {
  require(is_token(request.method) && request.method != "CONNECT");
  require(request.path.starts_with('/') || (request.path == "*" && request.method == "OPTIONS"));
  require(is_visible(request.path) && is_visible(request.query));
  require(request.minor_version == 0 || request.minor_version == 1);
  require(request.headers.size() <= kMaxHeaders + 1);  // a Host out of the target may come on top
  require(request.body.size() <= kLimits.body_bytes);
  std::size_t hosts = 0;
  std::size_t head_bytes = 0;
  for (const auto& header : request.headers) {
    require(is_token(header.name) && is_text(header.value));
    require(!header.value.starts_with(' ') && !header.value.ends_with(' '));
    hosts += freshet::base::equals_ignoring_case(header.name, "Host") ? 1U : 0U;
    head_bytes += header.name.size() + header.value.size();
  }
  require(hosts == 1 || (hosts == 0 && request.minor_version == 0));
  require(head_bytes + request.path.size() + request.query.size() <= kLimits.head_bytes);
  require(!request.names("text/event-stream") || request.accepts("text/event-stream"));
  const auto pairs = parse_query(request.query, 8);
  require(!pairs || pairs->size() <= 8);
}

void check_problem(const Problem& problem) {
  switch (problem.status) {
    case 400:
    case 413:
    case 414:
    case 417:
    case 431:
    case 501:
    case 505:
      break;
    default:
      std::abort();
  }
  require(!problem.detail.empty());
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer calls it by this name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string bytes(data + 1, data + size);
  const std::size_t piece = data[0] % 32U + 1U;
  const auto whole = parse(bytes, kLimits);
  require(whole == parse(bytes, kLimits, piece));
  require(whole.consumed <= bytes.size());
  switch (whole.status) {
    case Parser::Status::kComplete:
      check_request(whole.request);
      // Nothing after its last byte had a say in it, and without that byte it was not complete.
      require(parse(bytes.substr(0, whole.consumed), kLimits) == whole);
      require(parse(bytes.substr(0, whole.consumed - 1), kLimits).status == Parser::Status::kNeedMore);
      break;
    case Parser::Status::kFailed:
      check_problem(whole.problem);
      break;
    case Parser::Status::kNeedMore:
      require(whole.consumed == bytes.size());
      break;
  }
  return 0;
}
