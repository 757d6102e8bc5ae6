#include "config/listeners.h"

#include <algorithm>
#include <string>

#include "base/socket_path.h"
#include "base/text.h"
#include "config/text_rules.h"

namespace freshet::config {
namespace {

/// `automatic` as a name that text_rules would take.
std::string safe_name(std::string_view automatic) {
  if (automatic.size() > kMaxInstanceBytes) automatic.remove_prefix(automatic.size() - kMaxInstanceBytes);
  std::string name(automatic);
  for (auto& c : name) {
    if (!instance_name({&c, 1})) c = '-';
  }
  return name;
}

base::Result<void> name_port(Address& address, std::string_view instance) {
  std::string text = address.port_pattern;
  text.replace(text.find(kInstancePlaceholder), kInstancePlaceholder.size(), instance);
  const auto port = base::parse_decimal(text);
  if (!port || *port == 0 || *port > 65535) {
    return base::fail(to_string(address) + " has no port for the instance " + std::string(instance) +
                      " (name one that makes a number from 1 to 65535: try --instance 1)");
  }
  address.port = static_cast<std::uint16_t>(*port);
  address.port_pattern.clear();
  return {};
}

base::Result<void> name_address(Address& address, std::string_view instance) {
  if (!address.port_pattern.empty()) return name_port(address, instance);
  const auto at = address.unix_path.find(kInstancePlaceholder);
  if (at == std::string::npos) return {};
  address.unix_path.replace(at, kInstancePlaceholder.size(), instance);
  if (address.unix_path.size() <= base::kMaxSocketPathBytes) return {};
  return base::fail(to_string(address) + " is too long for a socket (" + std::to_string(base::kMaxSocketPathBytes) +
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
    if (const auto named = name_address(address, config.instance); !named) {
      return tl::unexpected(named.error().at("listen"));
    }
  }
  if (const auto named = name_address(config.ops.listen, config.instance); !named) {
    return tl::unexpected(named.error().at("ops.listen"));
  }
  return {};
}

}  // namespace freshet::config
