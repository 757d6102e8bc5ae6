#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "ctl/instance_status.h"
#include "ctl/ops.h"
#include "ctl/output.h"
#include "ctl/rates.h"
#include "ctl/settings.h"

namespace freshet::ctl {

struct StatusOptions {
  OpsOptions ops;
  bool watch = false;
  std::chrono::milliseconds interval{1000};
};

/// One listener in the table.
struct StatusRow {
  std::string listener;
  std::string trouble;  ///< why it has no status; empty: it has one
  InstanceStatus status;
  std::optional<Rates> rates;
};

/// Prints one row for each instance. The exit code is 69 when one of them does not answer.
int status(const StatusOptions& options, const CommonOptions& common, const Output& output);

std::string status_table(const std::vector<StatusRow>& rows, const Output& output);
/// One JSON object on one line; `elsewhere` are instances that Redis knows and no row is of.
std::string status_json(const std::vector<StatusRow>& rows, const std::vector<std::string>& elsewhere);

}  // namespace freshet::ctl
