#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <vector>

namespace freshet::loadtest {

/// What all clients of a run have seen.
struct Tally {
  std::vector<std::uint32_t> latencies_us;  ///< of each event delivered to a client that reads
  std::uint64_t delivered = 0;
  std::uint64_t twice = 0;
  std::uint64_t out_of_order = 0;
  std::uint64_t resets = 0;
  std::uint64_t disconnects = 0;
};

/// Where the server is and what to ask it for.
struct Target {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string path = "/events?channel=load";
};

/// One SSE client on a non-blocking socket: reads events whose data is `<sequence>:<nanoseconds>`, checks that each
/// comes once and in order, and comes back with its last id when it is cut off. A stalled one does not read until it is
/// woken.
class LoadClient {
 public:
  LoadClient(const Target& target, Tally& tally, int epoll, bool stalled);
  ~LoadClient();
  LoadClient(const LoadClient&) = delete;
  LoadClient& operator=(const LoadClient&) = delete;

  /// Connects and asks, with the last id if there is one. Aborts when the server cannot be reached at all.
  void connect();
  /// The socket can be read.
  void on_readable();
  /// Begins to read what has piled up.
  void wake();

  [[nodiscard]] bool opened() const { return opened_; }
  [[nodiscard]] std::int64_t last_sequence() const { return last_sequence_; }

 private:
  void take(std::string_view bytes);
  void take_line(std::string_view line);
  void take_event(std::string_view data);

  const Target& target_;
  Tally& tally_;
  int epoll_;
  int fd_ = -1;
  bool stalled_;
  bool opened_ = false;
  bool timed_ = true;
  std::string partial_;
  std::string block_id_;
  std::string block_name_;
  std::string block_data_;
  std::string last_id_;
  std::int64_t last_sequence_ = -1;
};

/// Nanoseconds on the clock that all processes of this machine share.
std::int64_t now_ns();

}  // namespace freshet::loadtest
