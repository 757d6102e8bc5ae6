#include "broker/channel_table.h"

#include <utility>

namespace freshet::broker {

ChannelTable::~ChannelTable() {
  for (auto* channel : places_) {
    while (channel != nullptr) delete std::exchange(channel, channel->next);
  }
}

Channel* ChannelTable::find(std::string_view name, std::uint32_t hash) const {
  auto* channel = places_[place_of(hash)];
  while (channel != nullptr && (channel->hash != hash || channel->name() != name)) channel = channel->next;
  return channel;
}

ChannelTable::Found ChannelTable::find_or_add(std::string_view name) {
  const auto hash = hash_of(name);
  if (auto* found = find(name, hash)) return {*found, false};
  if (++size_ > places_.size()) spread(2 * places_.size());
  auto* channel = Channel::make(name, hash);
  channel->next = std::exchange(places_[place_of(hash)], channel);
  return {*channel, true};
}

void ChannelTable::erase(Channel& channel) {
  auto** link = &places_[place_of(channel.hash)];
  while (*link != &channel) link = &(*link)->next;
  *link = channel.next;
  delete &channel;
  if (--size_ < places_.size() / 8 && places_.size() > kFewest) spread(places_.size() / 2);
}

void ChannelTable::spread(std::size_t places) {
  const auto old = std::exchange(places_, std::vector<Channel*>(places));
  for (auto* channel : old) {
    while (channel != nullptr) {
      auto* const next = channel->next;
      channel->next = std::exchange(places_[place_of(channel->hash)], channel);
      channel = next;
    }
  }
}

}  // namespace freshet::broker
