#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "ctl/finding.h"
#include "ctl/http.h"
#include "ctl/instance_status.h"

namespace freshet::ctl {

/// What one operations listener answered.
struct InstanceAnswers {
  Endpoint listener;
  HttpResult readyz;
  HttpResult status;
};

/// Whether each is ready, what versions run, and whether their descriptors are enough.
Findings judge_instances(const std::vector<InstanceAnswers>& answers, const config::Config& config);

}  // namespace freshet::ctl
