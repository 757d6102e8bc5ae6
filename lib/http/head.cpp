#include "http/head.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text.h"

namespace freshet::http {
namespace {

tl::unexpected<Problem> refuse(int status, std::string detail) {
  return tl::unexpected(Problem{.status = status, .detail = std::move(detail)});
}

std::vector<std::string_view> values(const Request& request, std::string_view name) {
  std::vector<std::string_view> found;
  for (const auto& header : request.headers) {
    if (base::equals_ignoring_case(header.name, name)) found.emplace_back(header.value);
  }
  return found;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

tl::expected<int, Problem> read_version(std::string_view text) {
  if (text == "HTTP/1.1") return 1;
  if (text == "HTTP/1.0") return 0;
  if (text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' && is_digit(text[7])) {
    return refuse(505, "this server speaks HTTP/1.0 and HTTP/1.1");
  }
  return refuse(400, "malformed request line");
}

std::optional<Problem> check_host(const Request& request) {
  const auto is_a_host = [](const Header& header) { return base::equals_ignoring_case(header.name, "Host"); };
  const auto& headers = request.headers;
  const auto host = std::find_if(headers.begin(), headers.end(), is_a_host);
  if (host == headers.end()) {
    if (request.minor_version > 0) return Problem{.status = 400, .detail = "no Host header"};
    return std::nullopt;
  }
  if (std::any_of(host + 1, headers.end(), is_a_host)) {
    return Problem{.status = 400, .detail = "more than one Host header"};
  }
  if (!is_host(host->value)) return Problem{.status = 400, .detail = "malformed Host header"};
  return std::nullopt;
}

tl::expected<bool, Problem> read_transfer_encoding(const Request& request) {
  const auto codings = values(request, "Transfer-Encoding");
  if (codings.empty()) return false;
  if (request.minor_version == 0) return refuse(400, "Transfer-Encoding in an HTTP/1.0 request");
  int chunked = 0;
  for (const auto value : codings) {
    for (const auto coding : base::split(value, ',')) {
      const auto name = base::trim(coding);
      if (name.empty()) return refuse(400, "malformed Transfer-Encoding");
      if (!base::equals_ignoring_case(name, "chunked")) {
        return refuse(501, "no transfer coding but chunked is supported");
      }
      ++chunked;
    }
  }
  if (chunked > 1) return refuse(400, "the body is chunked more than once");
  return true;
}

}  // namespace

tl::expected<RequestLine, Problem> read_request_line(std::string_view line) {
  const auto first = std::min(line.find(' '), line.size());
  const auto last = std::min(line.rfind(' '), line.size());
  const auto method = line.substr(0, first);
  const auto between = first < last ? line.substr(first + 1, last - first - 1) : std::string_view();
  const bool two_blanks = first < last && between.find(' ') == std::string_view::npos;
  if (!two_blanks || !is_token(method)) return refuse(400, "malformed request line");
  const auto version = read_version(line.substr(last + 1));
  if (!version) return tl::unexpected(version.error());
  // A tunnel's target is no resource and its bytes are no HTTP: it is refused before anything is framed by it.
  if (method == "CONNECT") return refuse(501, "CONNECT is not supported");
  auto target = parse_target(method, between);
  if (!target) return refuse(400, std::move(target.error().message));
  return RequestLine{.method = std::string(method), .target = std::move(*target), .minor_version = *version};
}

tl::expected<Framing, Problem> read_framing(const Request& request) {
  if (auto problem = check_host(request)) return tl::unexpected(std::move(*problem));
  // RFC 6454 7.3. Rights go by it, and a proxy in front may have looked at another one.
  if (values(request, "Origin").size() > 1) return refuse(400, "more than one Origin header");

  const auto lengths = values(request, "Content-Length");
  const auto chunked = read_transfer_encoding(request);
  if (!lengths.empty() && !values(request, "Transfer-Encoding").empty()) {
    return refuse(400, "Content-Length together with Transfer-Encoding");
  }
  if (!chunked) return tl::unexpected(chunked.error());
  Framing framing{.chunked = *chunked};
  if (lengths.size() > 1) return refuse(400, "more than one Content-Length");
  if (!lengths.empty()) {
    const auto length = base::parse_decimal(lengths.front());
    if (!length) return refuse(400, "malformed Content-Length");
    framing.body_bytes = *length;
  }

  // RFC 9110 10.1.1: an HTTP/1.0 client cannot wait for a 100, whatever it says.
  const auto expectations = request.minor_version > 0 ? values(request, "Expect") : std::vector<std::string_view>{};
  for (const auto value : expectations) {
    if (!base::equals_ignoring_case(value, "100-continue")) return refuse(417, "unknown expectation");
    framing.expects_continue = true;
  }
  return framing;
}

}  // namespace freshet::http
