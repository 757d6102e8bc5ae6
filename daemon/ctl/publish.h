#pragma once

#include <string>
#include <vector>

#include "ctl/ops.h"
#include "ctl/output.h"
#include "ctl/settings.h"

namespace freshet::ctl {

struct PublishOptions {
  OpsOptions ops;
  /// Channels, and last the data; a single one is a channel. `-` as data: standard input.
  std::vector<std::string> words;
  std::string event;
  std::string key;
  bool live = false;
};

/// Publishes through an operations listener and prints the ids.
int publish(const PublishOptions& options, const CommonOptions& common, const Output& output);

}  // namespace freshet::ctl
