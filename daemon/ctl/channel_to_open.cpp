#include "ctl/channel_to_open.h"

#include <algorithm>

#include "base/channel_name.h"
#include "ctl/stream_facts.h"

namespace freshet::ctl {
namespace {

/// A channel that fits the glob.
std::string fitting(const std::string& glob) {
  std::string channel;
  for (const auto byte : glob) {
    channel += byte == '*' ? std::string(kProbeEvent) : std::string(1, byte == '?' ? 'x' : byte);
  }
  return channel;
}

}  // namespace

std::string channel_to_open(const std::vector<std::string>& globs) {
  if (globs.empty()) return kProbeEvent;
  for (const auto& glob : globs) {
    auto channel = fitting(glob);
    if (channel.find(kProbeEvent) != std::string::npos && base::check_channel_name(channel)) return channel;
  }
  return fitting(globs.front());
}

}  // namespace freshet::ctl
