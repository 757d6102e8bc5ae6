#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace freshet::loadtest {

/// Which connection listens to which channel: a list for each channel, threaded through a table with a row for each
/// file descriptor. Twelve bytes for a connection; a channel costs little more than its name in the hash table.
class Subscribers {
 public:
  static constexpr std::int32_t kNone = -1;

  /// The number of a channel; kNone when nobody ever asked for it.
  [[nodiscard]] std::int32_t find(const std::string& channel) const;
  /// The number of a channel, a new one if need be.
  std::int32_t find_or_add(const std::string& channel);
  void add(int fd, std::int32_t channel);
  void remove(int fd);
  [[nodiscard]] bool has(int fd) const;

  /// The connections of a channel, one after the other, until kNone.
  [[nodiscard]] int first(std::int32_t channel) const { return first_[static_cast<std::size_t>(channel)]; }
  [[nodiscard]] int next(int fd) const { return rows_[static_cast<std::size_t>(fd)].next; }

 private:
  struct Row {
    std::int32_t channel = kNone;
    std::int32_t previous = kNone;
    std::int32_t next = kNone;
  };

  Row& row(int fd) { return rows_[static_cast<std::size_t>(fd)]; }

  std::unordered_map<std::string, std::int32_t> numbers_;
  std::vector<std::int32_t> first_;
  std::vector<Row> rows_;
};

}  // namespace freshet::loadtest
