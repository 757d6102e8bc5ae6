#pragma once

#include <chrono>

#include "ctl/ops.h"
#include "ctl/output.h"
#include "ctl/settings.h"

namespace freshet::ctl {

struct StatusOptions {
  OpsOptions ops;
  bool watch = false;
  std::chrono::milliseconds interval{1000};
};

/// Prints one row for each instance. The exit code is 69 when one of them does not answer.
int status(const StatusOptions& options, const CommonOptions& common, const Output& output);

}  // namespace freshet::ctl
