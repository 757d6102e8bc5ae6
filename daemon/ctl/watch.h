#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ctl/ops.h"
#include "ctl/output.h"
#include "ctl/settings.h"

namespace freshet::ctl {

struct WatchOptions {
  OpsOptions ops;
  std::vector<std::string> channels;
  std::string url;  ///< a public one; empty: the operations listener, unless there are credentials of a client
  std::string last_event_id;
  std::string token_file;
  std::vector<std::string> headers;
  std::uint64_t count = 0;  ///< so many events, and then the end; 0: for ever
  bool insecure = false;
};

/// Prints the events of channels as they come, and comes back with the last id whenever the stream ends. Ends with
/// SIGINT, SIGTERM, or when nobody reads its output any more.
int watch(const WatchOptions& options, const CommonOptions& common, const Output& output);

}  // namespace freshet::ctl
