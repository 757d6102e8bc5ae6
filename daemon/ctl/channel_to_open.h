#pragma once

#include <string>
#include <vector>

namespace freshet::ctl {

/// The channel that doctor opens, of globs of those that anyone may read: one of its own, in which kProbeEvent stands,
/// if a glob has room for it; else the first one. Without globs, its own.
std::string channel_to_open(const std::vector<std::string>& globs);

}  // namespace freshet::ctl
