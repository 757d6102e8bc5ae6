#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/keyed_hash.h"
#include "broker/channel.h"

namespace freshet::broker {

/// All channels by name; owns them. A hash table whose chains run through the channels themselves: one pointer for
/// each, and the name is kept once.
class ChannelTable {
 public:
  /// Names are chosen by clients, so `hash` has a key that nobody knows.
  explicit ChannelTable(base::KeyedHash hash = base::KeyedHash()) : hash_(hash), places_(kFewest) {}
  ChannelTable(const ChannelTable&) = delete;
  ChannelTable& operator=(const ChannelTable&) = delete;
  ~ChannelTable();

  [[nodiscard]] Channel* find(std::string_view name) const { return find(name, hash_of(name)); }
  /// The channel of this name, and whether it is new.
  struct Found {
    Channel& channel;
    bool created;
  };
  Found find_or_add(std::string_view name);
  void erase(Channel& channel);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  /// In no order. `visit` may not add or erase.
  template <class Visit>
  void each(Visit visit) const {
    for (std::size_t place = 0; place < places_.size(); ++place) each_at(place, visit);
  }
  /// For going round all channels a few at a time: there are `places()`, each with none to some channels.
  [[nodiscard]] std::size_t places() const { return places_.size(); }
  template <class Visit>
  void each_at(std::size_t place, Visit visit) const {
    for (auto* channel = places_[place]; channel != nullptr; channel = channel->next) visit(*channel);
  }

 private:
  static constexpr std::size_t kFewest = 16;

  [[nodiscard]] std::uint32_t hash_of(std::string_view name) const { return static_cast<std::uint32_t>(hash_(name)); }
  [[nodiscard]] Channel* find(std::string_view name, std::uint32_t hash) const;
  /// A power of two.
  [[nodiscard]] std::size_t place_of(std::uint32_t hash) const { return hash & (places_.size() - 1); }
  void spread(std::size_t places);

  base::KeyedHash hash_;
  std::vector<Channel*> places_;
  std::size_t size_ = 0;
};

}  // namespace freshet::broker
