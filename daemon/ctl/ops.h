#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "ctl/endpoint.h"
#include "ctl/http.h"
#include "ctl/listeners.h"
#include "ctl/output.h"
#include "ctl/settings.h"

namespace freshet::ctl {

/// Which operations listeners to speak to, and as whom.
struct OpsOptions {
  std::vector<std::string> addresses;  ///< empty: those of this machine
  std::string key_file;                ///< with a publish key; empty: none
};

/// What a command needs that speaks to operations listeners.
struct OpsReach {
  Settings settings;
  std::vector<Endpoint> listeners;
  std::vector<std::string> headers;  ///< with the key, if there is one
};
/// Or the exit code, after it was said why.
tl::expected<OpsReach, int> reach_ops(const OpsOptions& options, const CommonOptions& common, const Output& output);

/// The header with the key of a file: none without one.
base::Result<std::vector<std::string>> authorization(const std::string& file);

/// Sends a request for `path_and_query` to the first of the listeners that can be reached. The error names all of
/// those that could not.
base::Result<HttpReply> ask_any(const std::vector<Endpoint>& listeners, const HttpRequest& request,
                                const std::string& path_and_query);

}  // namespace freshet::ctl
