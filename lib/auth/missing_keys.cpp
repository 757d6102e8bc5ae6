#include "auth/missing_keys.h"

#include <functional>
#include <utility>

namespace freshet::auth {

bool MissingKeys::ask(std::string_view kid) {
  const auto hash = std::hash<std::string_view>{}(kid);
  if (!in_flight_.contains(hash) && !asked_.contains(hash)) {
    if (asked_.size() + in_flight_.size() >= kMaxKids) return false;
    asked_.insert(hash);
  }
  return !absent_.contains(hash);
}

void MissingKeys::fetch_began() { in_flight_ = std::exchange(asked_, {}); }

void MissingKeys::fetch_succeeded() { absent_ = std::exchange(in_flight_, {}); }

void MissingKeys::fetch_failed() { asked_.merge(std::exchange(in_flight_, {})); }

}  // namespace freshet::auth
