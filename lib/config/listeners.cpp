#include "config/listeners.h"

#include <algorithm>
#include <string>

#include "config/text_rules.h"

namespace freshet::config {
namespace {

constexpr std::string_view kPlaceholder = "{instance}";

/// `automatic` as a name that text_rules would take.
std::string safe_name(std::string_view automatic) {
  if (automatic.size() > kMaxInstanceBytes) automatic.remove_prefix(automatic.size() - kMaxInstanceBytes);
  std::string name(automatic);
  for (auto& c : name) {
    if (!instance_name({&c, 1})) c = '-';
  }
  return name;
}

base::Result<void> name_socket(Address& address, std::string_view instance) {
  const auto at = address.unix_path.find(kPlaceholder);
  if (at == std::string::npos) return {};
  address.unix_path.replace(at, kPlaceholder.size(), instance);
  if (address.unix_path.size() <= kMaxUnixPathBytes) return {};
  return base::fail(to_string(address) + " is too long for a socket (" + std::to_string(kMaxUnixPathBytes) +
                    " bytes at most)");
}

}  // namespace

base::Result<void> check_dev(const Config& config) {
  if (!config.dev) return {};
  const auto refuse = [](std::string_view key, const Address& address) {
    return base::fail("--dev opens every channel to anyone, so all listeners must be on loopback, but " +
                      std::string(key) + " is " + to_string(address));
  };
  for (const auto& address : config.listen) {
    if (!address.is_loopback()) return refuse("listen", address);
  }
  if (!config.ops.listen.is_loopback()) return refuse("ops.listen", config.ops.listen);
  return {};
}

base::Result<void> resolve_instance(Config& config, std::string_view automatic) {
  if (config.instance.empty()) config.instance = safe_name(automatic);
  for (auto& address : config.listen) {
    if (const auto named = name_socket(address, config.instance); !named) {
      return tl::unexpected(named.error().at("listen"));
    }
  }
  if (const auto named = name_socket(config.ops.listen, config.instance); !named) {
    return tl::unexpected(named.error().at("ops.listen"));
  }
  return {};
}

}  // namespace freshet::config
