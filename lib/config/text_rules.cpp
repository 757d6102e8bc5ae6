#include "config/text_rules.h"

#include "base/channel_name.h"
#include "base/text.h"
#include "base/utf8.h"
#include "config/address.h"
#include "config/text_checks.h"

namespace freshet::config {
namespace {

constexpr std::size_t kMaxPrefixBytes = 64;
constexpr std::size_t kMaxHostBytes = 253;
constexpr std::string_view kSentinelPort = "26379";

}  // namespace

base::Result<void> check_encoding(std::string_view text, std::string_view allowed) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool is_control = byte < 0x20 || byte == 0x7f;
    if (is_control && allowed.find(text[at]) == std::string_view::npos) return base::fail("holds a control character");
    const auto length = base::utf8_length(text.substr(at));
    if (length == 0) return base::fail("is not UTF-8");
    at += length;
  }
  return {};
}

base::Result<std::string> instance_name(std::string_view text) {
  if (text.size() > kMaxInstanceBytes || !consists_of(text, "_.-")) {
    return refuse(text, "is not an instance name (at most 64 of A-Z a-z 0-9 _ . -)");
  }
  return std::string(text);
}

base::Result<std::string> host_name(std::string_view text) {
  if (text.empty() || !consists_of(text, "_.-")) {
    return refuse(text, "is not a host name (try ops.example.com)");
  }
  return base::to_lower(text);
}

base::Result<std::string> server_name(std::string_view text) {
  const bool name = consists_of(text, "_.-") && text.size() <= kMaxHostBytes && text != ".";
  if (!name && !is_ip_address(text)) {
    return refuse(text, "is neither a host name nor an address (try redis.example.com)");
  }
  return base::to_lower(text);
}

base::Result<std::string> key_prefix(std::string_view text) {
  if (text.empty() || text.size() > kMaxPrefixBytes || !consists_of(text, kChannelMarks)) {
    return refuse(text, "is not a prefix (1 to 64 of A-Z a-z 0-9 _ - . : / @ ~ = + ,)");
  }
  return std::string(text);
}

base::Result<std::string> sentinel_master(std::string_view text) {
  if (!consists_of(text, "_.-")) return refuse(text, "is not a name of Sentinel's (A-Z a-z 0-9 _ . -)");
  return std::string(text);
}

base::Result<std::string> sentinel_node(std::string_view text) {
  const auto bracket = text.starts_with('[') ? text.find(']') : 0;
  const auto colon = bracket == text.npos ? text.npos : text.find(':', bracket);
  const auto host = text.substr(0, colon);
  const bool named = !host.empty() && host.size() <= kMaxHostBytes && consists_of(host, "_.-");
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']' &&
                         is_ip_address(host.substr(1, host.size() - 2)) && host.find(':') != host.npos;
  if (!named && !bracketed)
    return refuse(text, "is not an address (try 10.0.0.1:26379, sentinel-1:26379 or [::1]:26379)");
  if (colon == text.npos) return std::string(text) + ':' + std::string(kSentinelPort);
  if (!is_port(text.substr(colon + 1))) return refuse(text, "has a port that is not a number from 1 to 65535");
  return std::string(text);
}

base::Result<std::string> channel_glob(std::string_view text) {
  if (text.empty() || text.size() > base::kMaxChannelNameBytes || !consists_of(text, "_-.:/@~=+,*?")) {
    return refuse(text, "is not a channel glob (1 to 200 of A-Z a-z 0-9 _ - . : / @ ~ = + , and the wildcards * ?)");
  }
  return std::string(text);
}

base::Result<std::string> origin(std::string_view text) {
  if (text == "*") return std::string(text);
  if (text == "null") return refuse(text, "cannot be allowed: every sandboxed page has this origin");
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos || scheme_end == 0) {
    return refuse(text, "is not an origin (try https://app.example.com)");
  }
  const auto scheme = text.substr(0, scheme_end);
  auto host = text.substr(scheme_end + 3);
  if (host.find_first_of("/?#") != std::string_view::npos) {
    return refuse(text, "is not an origin: leave out what follows the host and port");
  }
  if (base::to_lower(text) != text) return refuse(text, "is not an origin as browsers send it: write it in lower case");
  // Of the schemes that URLs know; those of apps and extensions are anyone's.
  if (scheme == "ftp" || scheme == "file" || scheme == "ws" || scheme == "wss") {
    return refuse(text, "is not an origin: pages come by http or https (try https://app.example.com)");
  }
  const auto port_at = host.rfind(':');
  if (port_at != std::string_view::npos && host.find(']', port_at) == std::string_view::npos) {
    const auto port = host.substr(port_at + 1);
    if (!is_port(port)) return refuse(text, "is not an origin: its port is not a number from 1 to 65535");
    if ((scheme == "https" && port == "443") || (scheme == "http" && port == "80")) {
      return refuse(text, "is not an origin as browsers send it: leave the default port out");
    }
    host = host.substr(0, port_at);
  }
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const bool host_ok = bracketed ? is_ip_address(host.substr(1, host.size() - 2)) && host.find(':') != host.npos
                                 : !host.empty() && consists_of(host, "_.-");
  if (!host_ok || !consists_of(scheme, "+.-")) return refuse(text, "is not an origin (try https://app.example.com)");
  return std::string(text);
}

base::Result<std::string> any_text(std::string_view text) { return std::string(text); }

}  // namespace freshet::config
