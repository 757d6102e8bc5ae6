#pragma once

#include <string>

#include "ctl/ops.h"
#include "ctl/output.h"
#include "ctl/settings.h"

namespace freshet::ctl {

struct DisconnectOptions {
  OpsOptions ops;
  std::string user;  ///< this or a channel
  std::string channel;
  std::string lasting;  ///< `10m`: how long the user's tokens of now are refused; empty: not at all
};

/// Ends these streams on every instance.
int disconnect(const DisconnectOptions& options, const CommonOptions& common, const Output& output);

}  // namespace freshet::ctl
