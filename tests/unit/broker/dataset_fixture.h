#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/dataset.h"

namespace freshet::test {

/// A dataset on a server of the test's own, and what it puts on its bus.
struct DatasetFixture {
  using Id = broker::Id;
  static constexpr Id kSecond = 1'000'000;

  explicit DatasetFixture(const broker::Dataset::Options& options = small()) : data(options) {}

  /// Three events, 100 s, ten bytes, and a skew of 10 s.
  static broker::Dataset::Options small() {
    broker::Dataset::Options options;
    options.ring = 3;
    options.ttl_us = 100 * kSecond;
    options.max_bytes = 10;
    return options;
  }

  [[nodiscard]] broker::Dataset::Server server() const { return {now, epoch}; }
  broker::Dataset::Bus bus() {
    return {[this](std::string_view channel, std::string_view bytes) {
              messages.emplace_back(channel, bytes);
              if (at_message) at_message();
            },
            [this](Id floor) { fences.push_back(floor); }};
  }
  broker::PublishResult publish(const broker::Publication& publication) {
    return data.publish(server(), publication, bus());
  }
  Id publish(const std::string& channel, const std::string& text) {
    return publish({.channel = channel, .data = text}).value_or(0);
  }
  broker::DatasetClock mark() { return data.mark(server(), bus()); }
  broker::DatasetClock sync(Id highest, std::string_view known) { return data.sync(server(), highest, known, bus()); }
  /// The ids in a ring, newest first.
  std::vector<Id> ring(const std::string& channel) {
    std::vector<Id> ids;
    for (const auto& bytes : data.ring(channel, now)) ids.push_back(broker::decode_record(bytes)->id);
    return ids;
  }

  broker::Dataset data;
  Id now = 1'000 * kSecond;
  std::string epoch = "e1";
  std::vector<std::pair<std::string, std::string>> messages;
  std::vector<Id> fences;
  std::function<void()> at_message;
};

}  // namespace freshet::test
