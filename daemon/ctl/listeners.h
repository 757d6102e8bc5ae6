#pragma once

#include <string_view>
#include <vector>

#include "ctl/endpoint.h"
#include "ctl/http.h"
#include "ctl/settings.h"

namespace freshet::ctl {

/// What to do where no instance runs.
inline constexpr std::string_view kStartsInstance = "systemctl enable --now freshet@1 starts an instance";

/// The operations listeners of this machine: every socket that the configuration's `ops.listen` can mean, else every
/// /run/freshet/*.ops.sock, else the address of `ops.listen`. Never empty; whether anybody listens is not known yet.
std::vector<Endpoint> find_listeners(const Settings& settings);
/// The public listeners of this machine, in the same way.
std::vector<Endpoint> find_public_listeners(const Settings& settings);
/// Those that are named, or else those that are found. Errors are wrong usage.
base::Result<std::vector<Endpoint>> choose_listeners(const std::vector<std::string>& addresses,
                                                     const Settings& settings);

/// Why a listener does not answer, for people, without its name: `Connection refused (default: no
/// /etc/freshet/freshet.yaml)`.
std::string why_silent(const Endpoint& listener, const HttpFailure& failure);

}  // namespace freshet::ctl
