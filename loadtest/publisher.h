#pragma once

#include <cstdint>
#include <string>
#include <thread>

namespace freshet::loadtest {

/// Publishes at a steady pace through `POST /publish`, on one kept connection and a thread of its own. The data is
/// `<sequence>:<nanoseconds>:` and filling.
class Publisher {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 9080;
    std::string channel = "load";
    std::uint64_t events = 100;
    double rate = 10;  ///< a second
    std::size_t data_bytes = 200;
  };

  explicit Publisher(Options options) : options_(std::move(options)) {}
  ~Publisher() { join(); }
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  void start();
  void join();

 private:
  void run() const;

  Options options_;
  std::thread thread_;
};

}  // namespace freshet::loadtest
