#include "ctl/endpoint.h"

#include "base/percent.h"
#include "base/socket_path.h"
#include "base/text.h"
#include "ctl/text.h"
#include "uv/address.h"

namespace freshet::ctl {
namespace {

constexpr std::string_view kUnix = "unix:";

}  // namespace

bool Endpoint::has_path() const { return base.find('/', base.find("://") + 3) != std::string::npos; }

base::Result<Endpoint> parse_endpoint(std::string_view text) {
  Endpoint endpoint;
  endpoint.name = one_line(text);  // others may have named a socket
  const auto refuse = [&](std::string_view why) {
    return base::fail("'" + base::printable(text) + "' " + std::string(why));
  };
  const auto scheme = base::to_lower(text.substr(0, 8));
  if (scheme.starts_with("http://") || scheme == "https://") {
    if (text.find_first_of(" \t\r\n#") != std::string_view::npos) return refuse("is no URL");
    endpoint.query = text.find('?') == std::string_view::npos ? "" : text.substr(text.find('?') + 1);
    text = text.substr(0, text.find('?'));
    const auto host_begins = text.find("://") + 3;
    while (text.size() > host_begins && text.ends_with('/')) text.remove_suffix(1);
    endpoint.base = text;
    const auto host = text.substr(host_begins);
    if (host.empty() || host.front() == '/' || host.front() == ':') return refuse("names no host");
    return endpoint;
  }
  if (text.starts_with(kUnix)) {
    endpoint.unix_socket = text.substr(kUnix.size());
    endpoint.base = "http://localhost";
    if (!endpoint.unix_socket.starts_with('/')) return refuse("is no absolute path of a socket");
    if (endpoint.unix_socket.size() > base::kMaxSocketPathBytes)
      return refuse("is longer than the path of a socket can be");
    return endpoint;
  }
  const auto address = uv::parse_connect_address(text);
  if (!address) return refuse("is none of HOST:PORT, unix:/PATH, http://… and https://…");
  endpoint.base = "http://" + address->text();
  return endpoint;
}

Query::Query(std::string_view begun) {
  if (!begun.empty()) text_ = "?" + std::string(begun);
}

void Query::add(std::string_view name, std::string_view value) {
  text_ += text_.empty() ? '?' : '&';
  text_ += base::percent_encode(name) + '=' + base::percent_encode(value);
}

}  // namespace freshet::ctl
