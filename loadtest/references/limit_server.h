#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/fd.h"
#include "loadtest/references/redis_feed.h"
#include "loadtest/references/subscribers.h"

namespace freshet::loadtest {

/// The least that a server for event streams can do: a message of Redis becomes one chunk, and every subscriber of its
/// channel gets it by one send(). With coalescing, everything that one read from Redis brought for a channel leaves in
/// one send() per subscriber.
class LimitServer {
 public:
  struct Settings {
    std::string prefix;  ///< of Redis channels
    bool coalescing = false;
    int accepted_send_buffer = 0;  ///< SO_SNDBUF for sockets that do not inherit the listener's; 0: they do
  };

  LimitServer(base::Fd listener, RedisFeed feed, Settings settings);

  /// Serves until the connection to Redis is gone.
  void run();

 private:
  /// What one read brought for a channel.
  struct Batch {
    std::int32_t channel = Subscribers::kNone;
    std::string bytes;
  };

  void watch(int fd, std::uint32_t events, int operation) const;
  void accept_some();
  void serve_client(int fd, std::uint32_t events);
  void open_stream(int fd, std::string_view request);
  void take_message(std::string_view channel, std::string_view message);
  void send_batches();
  void send_to_all(std::int32_t channel, std::string_view bytes);
  void send_to(int fd, std::string_view bytes);
  void send_waiting(int fd);
  void close(int fd);

  base::Fd epoll_;
  base::Fd listener_;
  RedisFeed feed_;
  Settings settings_;
  Subscribers subscribers_;
  std::unordered_map<int, std::string> waiting_;  ///< what a slow reader's socket did not take
  std::vector<Batch> batches_;                    ///< the first batch_count_ are in use
  std::size_t batch_count_ = 0;
  std::vector<std::size_t> batch_of_channel_;  ///< its place in batches_, if that batch is the channel's
  std::string name_;                           ///< kept so that looking up a channel allocates nothing
  std::string frame_;
};

}  // namespace freshet::loadtest
