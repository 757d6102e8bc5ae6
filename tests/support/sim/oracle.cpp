// What a world's clients must have got: judged from what was published, whatever the daemons believed.

#include <algorithm>
#include <set>
#include <utility>

#include "sim/daemon.h"
#include "sim/world.h"

namespace freshet::test::sim {

bool World::reset_is_justified(broker::Id cursor, const std::vector<std::string>& channels) {
  // After the time has leapt ahead and back, a reset too many is rare, and accepted: ids run ahead of what has expired.
  if (!primary_ || forgetful_ || !silent_channels_.empty() || leapt_) return true;
  const auto& clock = primary_->data.clock();
  // At the floor, too: after a clock that went back by more than the skew, the new floor may be an id of the old
  // history, which a stream that was opened under the old one must not go on from.
  if (cursor > clock.last || cursor <= clock.floor) return true;
  for (const auto& hole : clock.holes) {
    if (hole.base < cursor && cursor < hole.boot) return true;
  }
  const auto now = std::max(primary_->server().now, clock.last);
  return std::any_of(channels.begin(), channels.end(), [&](const std::string& channel) {
    const auto& ring = primary_->data.ring(channel, now);
    if (!ring.empty()) {
      const auto oldest = *broker::decode_record(ring.back());
      if (oldest.prev != 0) return oldest.prev > cursor;
      return oldest.id > cursor + std::min(clock.ttl, clock.ttl_before);
    }
    return now > cursor + std::min(clock.ttl, clock.ttl_before);
  });
}

std::vector<std::string> World::judge() {
  auto violations = violations_;
  for (const auto& client : clients_) judge_client(*client, violations);
  // Whoever moves the floor says that history broke, and resets everyone.
  if (primary_ && !broken_ && first_floor_ != primary_->data.clock().floor)
    violations.emplace_back("FENCE for nothing");
  return violations;
}

/// Every event on the client's channels published after (by id or time) its first opening must arrive once and in
/// order, or a reset naming the channel must be sent after it was published and before anything later is received.
/// What Redis acknowledged and then forgot may be told late, and so may what came with lower ids than before, once the
/// daemon is back that had seen the higher ones; if no daemon that lives on had seen the clock beyond it, nobody could
/// know.
void World::judge_client(const Client& client, std::vector<std::string>& violations) {
  const auto& items = client.items;
  const auto who = " client " + std::to_string(client.index);
  if (items.empty()) {
    violations.push_back("SILENCE" + who);
    return;
  }
  const auto& opening = items.front();
  if (opening.kind != Item::Kind::kCursor) {
    violations.push_back("FIRST" + who);
    return;
  }
  std::vector<const Publish*> required;
  for (const auto& event : publishes_) {
    const bool subscribed =
        std::find(client.channels.begin(), client.channels.end(), event.channel) != client.channels.end();
    // A higher id is no later one where ids have fallen since.
    const bool fell = std::any_of(flushes_ahead_.begin(), flushes_ahead_.end(),
                                  [&](Ticks at) { return event.at <= at && at <= opening.sent; });
    const bool above = event.id > *opening.id && event.at > opening.sent - 60 && !fell;
    if (subscribed && (above || event.at > opening.received)) {
      required.push_back(&event);
    }
  }
  std::set<int> done;
  std::set<int> seen;
  int newest = -1;
  const auto names = [](const Item& reset, const std::string& channel) {
    return reset.kind == Item::Kind::kReset &&
           std::find(reset.channels.begin(), reset.channels.end(), channel) != reset.channels.end();
  };
  const auto missing = [&](const Publish& event, std::size_t at) {
    done.insert(event.uid);
    if (forgetful_ || !flushes_ahead_.empty()) {
      for (std::size_t later = at + 1; later < items.size(); ++later) {
        if (names(items[later], event.channel) && items[later].sent >= event.at) {
          ++statistics["told late"];
          return;
        }
      }
      const auto knows = [&](const auto& daemon) {
        return daemon->hub && event.seen_by && event.seen_by->contains(daemon->name());
      };
      if (event.forgotten && std::none_of(daemons_.begin(), daemons_.end(), knows)) {
        ++statistics["undetectable"];
        return;
      }
    }
    if (silent_channels_.contains(event.channel)) return;  // a ring written behind the broker's back: nobody can know
    violations.push_back(std::string(event.forgotten ? "FORGOTTEN" : "LOST") + who + " uid " +
                         std::to_string(event.uid) + " id " + std::to_string(event.id) + " " + event.channel +
                         " at item " + std::to_string(at));
  };
  for (std::size_t at = 0; at < items.size(); ++at) {
    const auto& item = items[at];
    if (item.kind == Item::Kind::kReset) {
      ++statistics["resets"];
      for (const auto* event : required) {
        if (names(item, event->channel) && event->at <= item.sent) done.insert(event->uid);
      }
      seen.clear();
      newest = -1;
    } else if (item.kind == Item::Kind::kEvent) {
      ++statistics["events"];
      const auto& event = publishes_[static_cast<std::size_t>(item.uid)];
      if (!seen.insert(event.uid).second) {
        violations.push_back("TWICE" + who + " uid " + std::to_string(event.uid));
        continue;
      }
      done.insert(event.uid);
      if (event.forgotten) continue;
      for (const auto* before : required) {
        if (before->uid >= event.uid) break;
        if (!done.contains(before->uid) && !seen.contains(before->uid)) missing(*before, at);
      }
      if (event.uid < newest) violations.push_back("ORDER" + who + " uid " + std::to_string(event.uid));
      newest = std::max(newest, event.uid);
    }
  }
  for (const auto* event : required) {
    if (!done.contains(event->uid)) missing(*event, items.size());
  }
}

}  // namespace freshet::test::sim
