#include "broker/channel_table.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <set>
#include <string>
#include <vector>

using freshet::broker::Channel;
using freshet::broker::ChannelTable;

namespace {

std::string name_of(int number) { return "channel/" + std::to_string(number); }

}  // namespace

TEST_CASE("A channel is found by its name, and made once") {
  ChannelTable table;
  const auto [first, first_is_new] = table.find_or_add("a");
  const auto [again, again_is_new] = table.find_or_add("a");
  CHECK(first_is_new);
  CHECK_FALSE(again_is_new);
  CHECK(&first == &again);
  CHECK(first.name() == "a");
  CHECK(table.find("a") == &first);
  CHECK(table.find("b") == nullptr);
  CHECK(table.find("") == nullptr);
  CHECK(table.size() == 1);
}

TEST_CASE("A name of any length is kept as it is") {
  const auto length = GENERATE(1U, 15U, 16U, 200U);
  const std::string name(length, 'n');
  ChannelTable table;
  CHECK(table.find_or_add(name).channel.name() == name);
  CHECK(table.find(name) != nullptr);
}

TEST_CASE("Channels keep their places in memory while the table grows and shrinks") {
  constexpr int kChannels = 5000;
  ChannelTable table;
  std::vector<Channel*> channels;
  for (int i = 0; i < kChannels; ++i) channels.push_back(&table.find_or_add(name_of(i)).channel);
  CHECK(table.size() == kChannels);
  for (int i = 0; i < kChannels; ++i) REQUIRE(table.find(name_of(i)) == channels[static_cast<std::size_t>(i)]);
  const auto most = table.places();
  for (int i = 10; i < kChannels; ++i) table.erase(*channels[static_cast<std::size_t>(i)]);
  CHECK(table.size() == 10);
  CHECK(table.places() < most / 8);
  for (int i = 0; i < 10; ++i) REQUIRE(table.find(name_of(i)) == channels[static_cast<std::size_t>(i)]);
  CHECK(table.find(name_of(10)) == nullptr);
}

TEST_CASE("Names that somebody made to fall into one place of one table do not in another") {
  const auto crowded_place = [](const ChannelTable& table) {
    std::size_t most = 0;
    for (std::size_t place = 0; place < table.places(); ++place) {
      std::size_t here = 0;
      table.each_at(place, [&here](const Channel& /*channel*/) { ++here; });
      most = std::max(most, here);
    }
    return most;
  };
  // For the standard's hash function, which has no key.
  std::vector<std::string> chosen;
  for (int i = 0; chosen.size() < 256; ++i) {
    auto name = name_of(i);
    if (std::hash<std::string>{}(name) % 256 == 0) chosen.push_back(std::move(name));
  }
  ChannelTable table;
  for (const auto& name : chosen) table.find_or_add(name);
  CHECK(crowded_place(table) < 20);

  // For a key that is known; those of the first place only, as the table was when they were chosen.
  const freshet::base::KeyedHash known(freshet::base::KeyedHash::Key{});
  chosen.clear();
  for (int i = 0; chosen.size() < 256; ++i) {
    auto name = name_of(i);
    if (known(name) % 256 == 0) chosen.push_back(std::move(name));
  }
  ChannelTable with_known_key(known);
  ChannelTable with_its_own;
  for (const auto& name : chosen) {
    with_known_key.find_or_add(name);
    with_its_own.find_or_add(name);
  }
  CHECK(crowded_place(with_known_key) == chosen.size());
  CHECK(crowded_place(with_its_own) < 20);
}

TEST_CASE("Every channel is visited once, all at a time or place by place") {
  ChannelTable table;
  std::multiset<std::string> names;
  for (int i = 0; i < 100; ++i) names.insert(std::string(table.find_or_add(name_of(i)).channel.name()));
  std::multiset<std::string> visited;
  table.each([&](const Channel& channel) { visited.emplace(channel.name()); });
  CHECK(visited == names);
  visited.clear();
  for (std::size_t place = 0; place < table.places(); ++place) {
    table.each_at(place, [&](const Channel& channel) { visited.emplace(channel.name()); });
  }
  CHECK(visited == names);
}
