#include "loadtest/channel_plan.h"

namespace freshet::loadtest {
namespace {

constexpr std::size_t kSharedEvery = 10;  // mixed: of the events, for the shared channel

}  // namespace

ChannelPlan::ChannelPlan(const Options& options)
    : mixed_(options.mode == Mode::kMixed),
      clients_(options.connections),
      stalled_(options.stalled),
      readers_(options.channels) {
  names_.reserve(options.channels);
  for (std::size_t n = 0; n < options.channels; ++n)
    names_.push_back(fill(options.channel, {.channel = {}, .client = {}, .channel_number = std::to_string(n)}));
  for (std::size_t client = 0; client < clients_; ++client) {
    if (!is_stalled(client)) ++readers_[channel_of_client(client)];
  }
}

std::size_t ChannelPlan::channel_of_client(std::size_t client) const {
  if (mixed_) return client % 2 == 0 ? 0 : 1 + client / 2;
  return client % channels();
}

bool ChannelPlan::is_stalled(std::size_t client) const {
  return client * stalled_ / clients_ != (client + 1) * stalled_ / clients_;
}

std::size_t ChannelPlan::channel_of_event(std::size_t event) const {
  if (!mixed_) return event % channels();
  if (event % kSharedEvery == 0) return 0;
  return 1 + (event - event / kSharedEvery - 1) % (channels() - 1);
}

}  // namespace freshet::loadtest
