#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "server/visitor.h"

namespace freshet::server {

/// A stream that has ended, for the access log. Valid during the call.
struct StreamReport {
  const Visitor& visitor;
  std::vector<std::string_view> channels;
  base::Duration duration{};
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;
  std::string_view reason;
  std::string_view resume;  ///< how it was opened; empty: it never was
};

}  // namespace freshet::server
