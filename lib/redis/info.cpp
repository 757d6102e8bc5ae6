#include "redis/info.h"

#include "base/text.h"

namespace freshet::redis {

std::string_view info_field(std::string_view info, std::string_view name) {
  for (auto line : base::split(info, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':')) return line.substr(name.size() + 1);
  }
  return {};
}

}  // namespace freshet::redis
