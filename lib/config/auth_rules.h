#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::config {

// Rules as in text_rules.h, for who asks and who vouches for it.

/// The name of a header field (RFC 9110 token), or empty.
base::Result<std::string> header_name(std::string_view text);
/// The name of a cookie (RFC 6265 token).
base::Result<std::string> cookie_name(std::string_view text);
/// `unix`, an address or a network. IPv6 goes without brackets, mapped IPv4 as IPv4, and a network has no bits beyond
/// its prefix. The address becomes its canonical spelling.
base::Result<std::string> trusted_proxy(std::string_view text);
/// Empty, or a URL that keys may be fetched from: https://, or http:// where nobody on a network can change them, that
/// is from a loopback address or `localhost`. Its errors never quote the URL, which may hold a password by mistake.
base::Result<std::string> key_url(std::string_view text);
/// `{sub}` exactly once among bytes that channel names are made of.
base::Result<std::string> user_channel(std::string_view text);

}  // namespace freshet::config
