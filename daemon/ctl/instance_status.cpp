#include "ctl/instance_status.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace freshet::ctl {
namespace {

using nlohmann::json;

const json& at(const json& object, const char* path) {
  static const json nothing;
  const json::json_pointer pointer(path);
  return object.contains(pointer) ? object.at(pointer) : nothing;
}

double number(const json& object, const char* path) {
  const auto& value = at(object, path);
  return value.is_number() ? value.get<double>() : 0;
}

std::uint64_t count(const json& object, const char* path) {
  const auto& value = at(object, path);
  return value.is_number_unsigned() ? value.get<std::uint64_t>() : 0;
}

std::string text(const json& object, const char* path) {
  const auto& value = at(object, path);
  return value.is_string() ? value.get<std::string>() : std::string();
}

bool flag(const json& object, const char* path) {
  const auto& value = at(object, path);
  return value.is_boolean() && value.get<bool>();
}

std::vector<Bucket> buckets(const json& histogram) {
  std::vector<Bucket> found;
  const auto& list = at(histogram, "/buckets");
  if (!list.is_array()) return found;
  for (const auto& pair : list) {
    const bool valid = pair.is_array() && pair.size() == 2 && pair[0].is_number() && pair[1].is_number();
    if (valid) found.push_back({pair[0].get<double>(), pair[1].get<double>()});
  }
  // JSON has no infinity: the last bucket is the count of all.
  found.push_back({std::numeric_limits<double>::infinity(), number(histogram, "/count")});
  return found;
}

}  // namespace

base::Result<InstanceStatus> parse_status(std::string_view text_of_status) {
  const auto object = json::parse(text_of_status, nullptr, false);
  if (!object.is_object() || !object.contains("instance")) return base::fail("/status is not what freshetd answers");
  InstanceStatus status;
  status.instance = text(object, "/instance");
  status.version = text(object, "/version");
  status.pid = count(object, "/pid");
  status.started_at = text(object, "/started_at");
  status.uptime_seconds = number(object, "/uptime_seconds");
  status.state = text(object, "/state");
  status.reason = text(object, "/reason");
  status.connections = count(object, "/connections/open");
  status.connection_limit = count(object, "/connections/limit");
  status.subscriptions = count(object, "/subscriptions");
  status.events_received =
      number(object, "/totals/events_received/durable") + number(object, "/totals/events_received/live");
  status.events_sent = number(object, "/totals/events_sent");
  status.publish_to_write = buckets(at(object, "/publish_to_write_seconds"));
  status.backplane = text(object, "/backplane/type");
  status.backplane_up = flag(object, "/backplane/up/subscriber") && flag(object, "/backplane/up/command");
  // Before the first probe, and without Redis, it is 0.
  if (const auto probe = number(object, "/backplane/probe_seconds"); probe > 0) status.probe_seconds = probe;
  status.redis_memory = {count(object, "/backplane/memory/used_bytes"), count(object, "/backplane/memory/limit_bytes"),
                         text(object, "/backplane/memory/eviction_policy")};
  return status;
}

}  // namespace freshet::ctl
