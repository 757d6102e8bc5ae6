#include "loadtest/channel_plan.h"

#include <catch2/catch.hpp>
#include <map>

using freshet::loadtest::ChannelPlan;
using freshet::loadtest::Mode;
using freshet::loadtest::Options;

namespace {

Options options(Mode mode, std::size_t connections, std::size_t channels, std::size_t stalled) {
  Options options;
  options.mode = mode;
  options.connections = connections;
  options.channels = channels;
  options.stalled = stalled;
  return options;
}

std::size_t readers_of_all(const ChannelPlan& plan) {
  std::size_t sum = 0;
  for (std::size_t channel = 0; channel < plan.channels(); ++channel) sum += plan.readers(channel);
  return sum;
}

}  // namespace

TEST_CASE("exactly as many clients stall as asked for, spread over all") {
  const ChannelPlan plan(options(Mode::kSlow, 1000, 1, 300));
  std::size_t stalled = 0;
  std::size_t in_first_half = 0;
  for (std::size_t client = 0; client < 1000; ++client) {
    if (!plan.is_stalled(client)) continue;
    ++stalled;
    if (client < 500) ++in_first_half;
  }
  CHECK(stalled == 300);
  CHECK(in_first_half == 150);
  CHECK(plan.readers(0) == 700);
}

TEST_CASE("clients and events go over the channels in turn") {
  const ChannelPlan plan(options(Mode::kPerUser, 10, 4, 0));
  CHECK(plan.channel_of_client(5) == 1);
  CHECK(plan.channel_of_event(7) == 3);
  CHECK(plan.readers(0) == 3);
  CHECK(plan.readers(3) == 2);
  CHECK(plan.name(2) == "load:2");
}

TEST_CASE("mixed: half of the clients share a channel that gets every tenth event") {
  const ChannelPlan plan(options(Mode::kMixed, 20, 11, 4));
  std::map<std::size_t, int> events;
  for (std::size_t event = 0; event < 1000; ++event) ++events[plan.channel_of_event(event)];
  CHECK(events.size() == 11);
  CHECK(events[0] == 100);
  for (std::size_t channel = 1; channel < 11; ++channel) CHECK(events[channel] == 90);
  std::map<std::size_t, int> clients;
  for (std::size_t client = 0; client < 20; ++client) ++clients[plan.channel_of_client(client)];
  CHECK(clients[0] == 10);
  CHECK(clients.size() == 11);
  CHECK(readers_of_all(plan) == 16);
}
