#include "redis/memory.h"

#include "base/text.h"
#include "redis/info.h"

namespace freshet::redis {

double Memory::percent() const {
  return limit_bytes == 0 ? 0 : 100 * static_cast<double>(used_bytes) / static_cast<double>(limit_bytes);
}

std::optional<Memory> parse_memory(std::string_view info) {
  const auto number = [&](std::string_view name) { return base::parse_decimal(info_field(info, name)); };
  const auto used = number("used_memory");
  if (!used) return std::nullopt;
  const auto not_counted = number("mem_not_counted_for_evict").value_or(0);
  return Memory{*used > not_counted ? *used - not_counted : 0, number("maxmemory").value_or(0),
                std::string(info_field(info, "maxmemory_policy"))};
}

}  // namespace freshet::redis
