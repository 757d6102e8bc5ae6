#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/fd.h"
#include "loadtest/endpoint.h"

namespace freshet::loadtest {

/// A connection to Redis that does nothing but SUBSCRIBE. Never waits.
class RedisFeed {
 public:
  using OnMessage = std::function<void(std::string_view channel, std::string_view message)>;

  static base::Result<RedisFeed> connect(const Endpoint& redis);

  [[nodiscard]] int fd() const { return fd_.get(); }
  /// To leave with the next flush().
  void subscribe(std::string_view channel);
  /// Sends what can be sent. True when nothing is left.
  bool flush();
  /// Reads once and hands out every message that is complete. False: the connection is gone, or Redis refused.
  bool read(const OnMessage& on_message);

 private:
  explicit RedisFeed(base::Fd fd);

  base::Fd fd_;
  std::string out_;
  std::vector<char> in_;
  std::size_t in_size_ = 0;
};

}  // namespace freshet::loadtest
