#include "redis/primary_choice.h"

#include <algorithm>
#include <utility>

namespace freshet::redis {
namespace {

using Answers = std::span<const std::optional<SentinelAnswer>>;

std::size_t votes_for(const uv::Address& primary, Answers answers) {
  return static_cast<std::size_t>(std::count_if(
      answers.begin(), answers.end(), [&](const auto& answer) { return answer && answer->primary == primary; }));
}

}  // namespace

/// Equal epochs contradict each other only where someone has set sentinels up by hand: what is followed stays, and
/// otherwise most win.
const SentinelAnswer* PrimaryChoice::best_of(Answers answers) const {
  const auto rank = [&](const SentinelAnswer& answer) {
    const bool followed = primary_ && primary_->primary == answer.primary;
    return std::make_tuple(answer.epoch, followed, votes_for(answer.primary, answers));
  };
  const SentinelAnswer* best = nullptr;
  for (const auto& answer : answers) {
    if (answer && (best == nullptr || rank(*answer) > rank(*best))) best = &*answer;
  }
  return best;
}

bool PrimaryChoice::judge(Answers answers, base::Instant now) {
  const auto* best = best_of(answers);
  if (best == nullptr) return false;
  const bool moves = !primary_ || primary_->primary != best->primary;
  const bool lower = primary_ && best->epoch < primary_->epoch;
  if (primary_ && (lower || (moves && best->epoch == primary_->epoch))) {
    const bool most = votes_for(best->primary, answers) * 2 > answers.size();
    if (!most || rival_ != *best) {
      rival_ = most ? std::optional(*best) : std::nullopt;
      rival_since_ = now;
      return false;
    }
    if (now - rival_since_ < kPatience) return false;
  }
  rival_.reset();
  primary_ = *best;
  return moves;
}

}  // namespace freshet::redis
