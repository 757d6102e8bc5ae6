#include "http/response.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.h"
#include "http/byte_set.h"

namespace freshet::http {
namespace {

bool belongs_to_encoder(std::string_view name) {
  static constexpr std::array<std::string_view, 3> kNames{"Content-Length", "Transfer-Encoding", "Connection"};
  return std::any_of(kNames.begin(), kNames.end(),
                     [name](std::string_view own) { return base::equals_ignoring_case(name, own); });
}

constexpr ByteSet kControlBytes([](char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
});

void append_header(std::string& out, std::string_view name, std::string_view value) {
  const auto is_control = [](char c) { return kControlBytes.has(c); };
  out.append(name).append(": ");
  const auto begin = out.size();
  out.append(value);
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), is_control, ' ');
  out.append("\r\n");
}

void append_headers(std::string& out, std::span<const Header> headers) {
  for (const auto& header : headers) {
    if (is_token(header.name) && !belongs_to_encoder(header.name)) append_header(out, header.name, header.value);
  }
}

/// Most heads fit.
constexpr std::size_t kHeadBytes = 512;

/// Each version says only what is not its default: 1.1 stays open, 1.0 closes. A closing 1.0 is told so all the same,
/// for the proxies that guess.
void append_connection(std::string& out, bool keep_alive, int minor_version) {
  if (!keep_alive) {
    append_header(out, "Connection", "close");
  } else if (minor_version == 0) {
    append_header(out, "Connection", "keep-alive");
  }
}

std::string status_line(int status) {
  std::string out;
  out.reserve(kHeadBytes);
  if (status == 200) return out.append("HTTP/1.1 200 OK\r\n");
  out.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
  return out.append(reason_phrase(status)).append("\r\n");
}

}  // namespace

std::string encode(const Response& response, bool keep_alive, int minor_version, bool head_only) {
  const bool bodiless = response.status == 204 || response.status == 304;
  std::string out = status_line(response.status);
  append_headers(out, response.headers);
  if (!bodiless) append_header(out, "Content-Length", std::to_string(response.body.size()));
  append_connection(out, keep_alive, minor_version);
  out += "\r\n";
  if (!bodiless && !head_only) out += response.body;
  return out;
}

std::string encode_stream_head(std::span<const Header> headers, int minor_version, bool keep_alive) {
  std::string out = status_line(200);
  append_headers(out, headers);
  if (minor_version > 0) append_header(out, "Transfer-Encoding", "chunked");
  append_connection(out, keep_alive && minor_version > 0, minor_version);
  return out.append("\r\n");
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return {};
  }
}

}  // namespace freshet::http
