#pragma once

#include <map>
#include <string>
#include <string_view>

namespace freshet::config {

/// What every variable that sets a key begins with.
inline constexpr std::string_view kEnvPrefix = "FRESHET_";

/// The environment variable that sets `key`: `log.level` → `FRESHET_LOG_LEVEL`.
std::string env_name(std::string_view key);

/// The variables of this process, by name. To be called before there is a second thread.
std::map<std::string, std::string> read_environment();

/// Whether a variable is one of those that Kubernetes and Docker put into every container for a service whose name
/// begins with "freshet" (FRESHET_SERVICE_HOST, FRESHET_PORT=tcp://…). They say nothing to this program, and calling
/// them unknown would keep it from starting there.
bool is_service_link(std::string_view name, std::string_view value);

}  // namespace freshet::config
