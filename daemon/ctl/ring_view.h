#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ctl/output.h"

namespace freshet::ctl {

/// A channel's ring as one moment saw it.
struct RingView {
  std::string channel;
  std::vector<std::string> entries;  ///< as they stand there, oldest first
  bool has_older = false;            ///< the ring holds more, older ones
  std::optional<std::uint64_t> clock_last;
  std::optional<std::uint64_t> clock_floor;
  std::optional<std::uint64_t> expires_in_ms;  ///< of the key; none: there is no key, or it is not known
  std::string expiry_refusal;                  ///< why it is not known
};

/// For people: a table, and what lies around it.
std::string ring_text(const RingView& view, const Output& output);
/// One JSON object on one line, with the whole data.
std::string ring_json(const RingView& view);

}  // namespace freshet::ctl
