#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/error.h"

namespace freshet::config {

/// What a text value may look like. Each rule returns the value, in its canonical spelling, or says what is wrong.
using TextRule = base::Result<std::string> (*)(std::string_view);

/// Holds for every value wherever it comes from: UTF-8 without control characters other than those of `allowed`.
base::Result<void> check_encoding(std::string_view text, std::string_view allowed = {});

inline constexpr std::size_t kMaxInstanceBytes = 64;
/// Empty (automatic), or at most kMaxInstanceBytes of `A–Z a–z 0–9 _ . -`.
base::Result<std::string> instance_name(std::string_view text);
/// A Host without port; becomes lower case.
base::Result<std::string> host_name(std::string_view text);
/// Empty, or the name (becomes lower case) or the address, IPv6 without brackets, in a server's certificate.
base::Result<std::string> server_name(std::string_view text);
/// 1–64 of the bytes that channel names are made of.
base::Result<std::string> key_prefix(std::string_view text);
/// Empty, or a name that Sentinel takes for a primary.
base::Result<std::string> sentinel_master(std::string_view text);
/// `host:port`; the port may be left out and becomes 26379. IPv6 in brackets.
base::Result<std::string> sentinel_node(std::string_view text);
/// 1–200 of the bytes that channel names are made of, `*` and `?`.
base::Result<std::string> channel_glob(std::string_view text);
/// `*`, or an origin exactly as browsers send it.
base::Result<std::string> origin(std::string_view text);
/// Anything, empty too.
base::Result<std::string> any_text(std::string_view text);

}  // namespace freshet::config
