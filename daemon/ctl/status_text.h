#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ctl/instance_status.h"
#include "ctl/output.h"
#include "ctl/rates.h"

namespace freshet::ctl {

/// One listener in the table.
struct StatusRow {
  std::string listener;
  std::string trouble;    ///< why it has no status; empty: it has one
  InstanceStatus status;  ///< with trouble: the instance's name alone, or not even that
  std::optional<Rates> rates;
};

/// A line for each row; of a terminal that is too narrow for all columns, those that matter most.
std::string status_table(const std::vector<StatusRow>& rows, const Output& output);
/// What is said below the table; `elsewhere` as for the JSON.
std::string status_notes(const std::vector<StatusRow>& rows, const std::vector<std::string>& elsewhere);
/// One JSON object on one line; `elsewhere` are instances that Redis knows and no row is of.
std::string status_json(const std::vector<StatusRow>& rows, const std::vector<std::string>& elsewhere);

}  // namespace freshet::ctl
