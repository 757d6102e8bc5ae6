#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "loadtest/options.h"

namespace freshet::loadtest {

/// Who listens to which channel, who reads, and which channel each event goes to. The same in every process of a run.
class ChannelPlan {
 public:
  explicit ChannelPlan(const Options& options);

  [[nodiscard]] std::size_t channels() const { return names_.size(); }
  [[nodiscard]] const std::string& name(std::size_t channel) const { return names_[channel]; }
  [[nodiscard]] std::size_t channel_of_client(std::size_t client) const;
  /// The stalled ones are spread evenly.
  [[nodiscard]] bool is_stalled(std::size_t client) const;
  /// Clients of a channel that read.
  [[nodiscard]] std::size_t readers(std::size_t channel) const { return readers_[channel]; }
  /// The channel of the event with this number, counted over all channels.
  [[nodiscard]] std::size_t channel_of_event(std::size_t event) const;

 private:
  bool mixed_;
  std::size_t clients_;
  std::size_t stalled_;
  std::vector<std::string> names_;
  std::vector<std::size_t> readers_;
};

}  // namespace freshet::loadtest
