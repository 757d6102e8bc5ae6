#include "redis/role.h"

#include "base/text.h"

namespace freshet::redis {
namespace {

constexpr std::size_t kShown = 100;

}  // namespace

std::string role_mismatch(Role wanted, Value answer) {
  const auto role = answer.size() > 0 ? answer[0].text() : std::string_view();
  const bool wants_sentinel = wanted == Role::kSentinel;
  if (role == (wants_sentinel ? "sentinel" : "master")) return {};
  if (role == "sentinel") return "is a sentinel, not Redis itself: it belongs to backplane.redis.sentinel.nodes";
  if (role != "master" && role != "slave") return "answers ROLE with " + answer.describe();
  if (wants_sentinel) return "is Redis itself, not a sentinel";
  const bool named = answer.size() > 2;
  return "is a replica" +
         (named ? " of " + base::printable(answer[1].text(), kShown) + ':' + std::to_string(answer[2].integer()) : "") +
         ", not the primary";
}

}  // namespace freshet::redis
