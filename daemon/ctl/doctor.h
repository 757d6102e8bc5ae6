#pragma once

#include <string>

#include "ctl/finding.h"
#include "ctl/ops.h"
#include "ctl/output.h"
#include "ctl/settings.h"

namespace freshet::ctl {

struct DoctorOptions {
  OpsOptions ops;
  std::string url;  ///< the public one; empty: not looked at
  std::string channel;
  std::string token_file;
  std::string origin;
  std::string admin_user;
  std::string admin_password_file;
  bool insecure = false;
  bool slow = false;
};

/// Looks at everything that has to be right and says what is not. Its exit code is 1 when a check has failed.
int doctor(const DoctorOptions& options, const CommonOptions& common, const Output& output);

/// The findings for people, one or two lines each.
std::string report(const Findings& findings, const Output& output);
/// The same for programs: one JSON object on one line.
std::string report_json(const Findings& findings);

}  // namespace freshet::ctl
