#include "server/ops/console.h"

#include <algorithm>
#include <string>

namespace freshet::server {
namespace {

constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

/// Whether an If-None-Match (RFC 9110, 13.1.2) names this tag.
bool names_tag(std::string_view header, std::string_view tag) {
  return header == "*" || header.find(tag) != std::string_view::npos;
}

}  // namespace

const ConsoleFile* find_console_file(std::string_view path) {
  const auto files = console_files();
  const auto found = std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.path == path; });
  return found == files.end() ? nullptr : &*found;
}

http::Response serve(const ConsoleFile& file, const http::Request& request) {
  const std::string tag = '"' + std::string(file.digest) + '"';
  http::Response response{200,
                          {{"Content-Type", std::string(file.type)},
                           {"Cache-Control", "no-cache"},
                           {"ETag", tag},
                           {"Content-Security-Policy", std::string(kContentSecurityPolicy)},
                           {"Cross-Origin-Resource-Policy", "same-origin"},
                           {"Referrer-Policy", "no-referrer"},
                           {"X-Content-Type-Options", "nosniff"}},
                          std::string(file.content)};
  const auto* known = request.header("If-None-Match");
  if (known != nullptr && names_tag(*known, tag)) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

}  // namespace freshet::server
