#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "ctl/endpoint.h"
#include "ctl/http.h"
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

/// The operations listeners of this machine: every socket that the configuration's `ops.listen` can mean, else every
/// /run/freshet/*.ops.sock, else the address of `ops.listen`. Never empty; whether anybody listens is not known yet.
std::vector<Endpoint> find_listeners(const Settings& settings);
/// Those that are named, or else those that are found. Errors are wrong usage.
base::Result<std::vector<Endpoint>> choose_listeners(const OpsOptions& options, const Settings& settings);
/// The public listeners of this machine, in the same way.
std::vector<Endpoint> find_public_listeners(const Settings& settings);
/// The header with the key of a file: none without one.
base::Result<std::vector<std::string>> authorization(const std::string& file);

/// Sends a request for `path_and_query` to the first of the listeners that can be reached. The error names all of
/// those that could not.
base::Result<HttpReply> ask_any(const std::vector<Endpoint>& listeners, const HttpRequest& request,
                                const std::string& path_and_query);

}  // namespace freshet::ctl
