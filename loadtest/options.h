#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "loadtest/url.h"

namespace freshet::loadtest {

using Seconds = std::chrono::duration<double>;

enum class Mode : std::uint8_t { kIdle, kBroadcast, kPerUser, kStorm, kSlow, kMixed };
enum class PublishHow : std::uint8_t { kFcall, kPublish, kPost };

/// What the command line asked for, checked, with every default filled in. loadtest/README.md explains each.
struct Options {
  Mode mode = Mode::kBroadcast;
  std::string mode_name;

  std::vector<std::string> url_texts{"http://127.0.0.1:8080/events?channel={channel}"};
  std::vector<Url> urls;
  std::vector<std::string> headers;
  std::size_t connections = 100;
  std::size_t processes = 0;
  std::size_t addresses = 0;  ///< 0: clients do not bind
  std::size_t connect_window = 256;
  std::string channel = "load:{n}";
  std::size_t channels = 0;

  PublishHow publish = PublishHow::kFcall;
  std::string publish_name = "fcall";
  std::string redis_text = "127.0.0.1:6379";
  std::optional<Endpoint> redis;
  std::string prefix = "freshet:";
  std::string publish_url_text = "http://127.0.0.1:9080/publish?channel={channel}";
  std::optional<Url> publish_url;
  std::vector<std::string> publish_headers;
  std::size_t pipeline = 0;
  std::size_t events = 0;
  double rate = 10;  ///< events a second; 0: as fast as it goes
  std::size_t window = 0;
  std::size_t burst = 0;
  std::size_t size_bytes = 200;

  std::size_t warmup = 1;
  std::size_t missed = 0;  ///< only in a storm
  std::size_t stalled = 0;
  double churn = 0;  ///< clients a second
  bool resume = true;
  Seconds settle{1};
  Seconds duration{5};
  Seconds patience{20};

  std::vector<int> pids;
  std::string label;
  std::string json_file;
  bool quiet = false;

  /// Ends the process for --help and for what CLI11 itself finds wrong (64); everything else is an error.
  static base::Result<Options> parse(int argc, char** argv);
};

}  // namespace freshet::loadtest
