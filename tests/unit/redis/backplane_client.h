#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "redis/redis_backplane.h"
#include "unit/redis/recorder.h"
#include "unit/uv/support.h"

namespace freshet::test {

/// A backplane in Redis with an observer; the server is for those who derive from it.
struct BackplaneClient {
  explicit BackplaneClient(const uv::Address& address) {
    options.address = address;
    options.instance = "me";
    options.first_delay = std::chrono::milliseconds(1);
    options.longest_delay = std::chrono::milliseconds(5);
    options.seed = 7;
  }

  void start() {
    backplane = std::make_unique<redis::RedisBackplane>(
        loop(), options, [this](redis::Level, const std::string& line) { log.push_back(line); });
    if (control != nullptr) backplane->set_control_observer(*control);
    backplane->start(seen);
  }
  void connect() {
    start();
    REQUIRE(wait([this] { return seen.both_up(); }));
    backplane->sync(0, "");
    REQUIRE(wait([this] { return !seen.syncs.empty(); }));
  }
  bool wait(const std::function<bool()>& done) { return run_until(loop(), done); }
  bool logged(const std::string& part) const {
    return std::any_of(log.begin(), log.end(), [&](const auto& line) { return line.find(part) != std::string::npos; });
  }
  broker::PublishResult publish(const std::string& channel) {
    std::optional<broker::PublishResult> result;
    broker::Publication publication;
    publication.channel = channel;
    backplane->publish(publication, [&](broker::PublishResult taken) { result = std::move(taken); });
    CHECK_FALSE(result);
    REQUIRE(wait([&] { return result.has_value(); }));
    return *result;
  }
  virtual ~BackplaneClient() = default;
  virtual uv::Loop& loop() = 0;

  redis::RedisBackplane::Options options;
  broker::ControlBus::Observer* control = nullptr;
  Recorder seen;
  std::vector<std::string> log;
  std::unique_ptr<redis::RedisBackplane> backplane;
};

}  // namespace freshet::test
